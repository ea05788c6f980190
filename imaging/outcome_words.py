"""The kind of trouble of a scan that waits or is refused, in a few words. The sentence that goes
with it says more, and names what was found."""

from __future__ import annotations

from django.utils.translation import gettext as _


def kind_of(code: str) -> str:
    """A reason code in the reader's language; the code itself where it is a new one."""
    words = {
        "already": _("Already stored"),
        "stored": _("Stored"),
        "another_participant": _("Another participant"),
        "unknown_patient": _("Another patient ID"),
        "no_participant": _("Nobody with this patient ID"),
        "not_enrolled": _("Not enrolled"),
        "not_expected": _("Not expected"),
        "closed": _("Frozen or locked"),
        "mixed_patients": _("More than one patient"),
        "conflict": _("Same identifier, other content"),
        "more_of_series": _("More of a stored series"),
        "unknown_sequence": _("Unknown sequence"),
        "not_dicom": _("Not a DICOM file"),
        "truncated": _("Truncated file"),
        "unreadable": _("Unreadable file"),
        "malformed": _("Malformed file"),
        "encrypted": _("Encrypted archive"),
        "empty": _("Empty file"),
        "too_large": _("Too large"),
        "too_much": _("Too much in one file"),
        "too_heavy": _("Needs too much memory"),
        "too_slow": _("Takes too long to read"),
        "not_mr": _("Not an MR image"),
        "no_pixels": _("No picture inside"),
        "compression": _("Unknown compression"),
        "localiser": _("Localiser"),
        "acquisition": _("Not a 3D acquisition"),
        "few_slices": _("Too few slices"),
        "one_slice": _("Too few slices"),
        "missing_slices": _("Slices missing"),
        "doubled_slices": _("Slices doubled"),
        "mixed_sizes": _("Slices of different sizes"),
        "mixed_spacing": _("Slices unevenly spaced"),
        "bomb": _("Inflates beyond bounds"),
        "traversal": _("Unsafe archive"),
        "link": _("Unsafe archive"),
        "overlap": _("Unsafe archive"),
        "doubled": _("Unsafe archive"),
        "nested": _("Archive in an archive"),
        "damaged_archive": _("Damaged archive"),
        "too_many": _("Too many files"),
        "directory": _("A list of images, no image"),
        "no_identity": _("Identifiers missing"),
        "no_geometry": _("Position missing"),
        "mixed_orientation": _("Slices in different directions"),
        "tilted": _("Slices at a slant"),
        "thick_slices": _("Slices too thick"),
        "large_pixels": _("Pixels too large"),
        "small_coverage": _("Covers too little"),
        "reformatted": _("A reformat, not the scan"),
        "mosaic": _("Many slices in one picture"),
        "colour": _("A colour picture"),
        "float_pixels": _("Pixels are no whole numbers"),
        "still_named": _("Still names its patient"),
        "uneven_slices": _("Slices unevenly spaced"),
        "burned_in": _("Names may be in the picture"),
    }
    return words.get(code) or code.replace("_", " ")
