"""What readers and a surgeon answered in the made-up cases."""

from __future__ import annotations

READ = {
    "left_contact": "yes",
    "left_perpendicular": "yes",
    "left_deviation": "no",
    "left_indentation": "yes",
    "left_segment": "rdp",
    "left_vessel": "aica",
    "left_grade": "indentation",
    "left_nvc": "yes",
    "left_confidence": "5",
    "right_contact": "no",
    "right_nvc": "no",
    "right_confidence": "4",
}
FINDING = {
    "operated": "yes",
    "surgeon": "Prof. Hu",
    "side": "left",
    "compression": "yes",
    "vessel": "aica",
    "segment": "rdp",
    "indentation": "yes",
}
