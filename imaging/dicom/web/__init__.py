"""DICOMweb (PS3.18) in bytes and data sets: bodies of many parts, JSON, rendered pictures."""
