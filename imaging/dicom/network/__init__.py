"""The DICOM upper layer and the two services of it that we answer, framed here and bounded.

No pynetdicom: it believes any length that a stranger writes and bounds no message (its #1086).
"""
