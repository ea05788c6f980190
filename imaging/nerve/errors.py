"""Why a nerve could not be measured: a sentence for the reader, a code that stays."""

from __future__ import annotations

from typing import ClassVar


class Refused(Exception):
    """A measurement that cannot be given with a warrant. str() is one sentence."""

    code: ClassVar[str] = "refused"

    @property
    def sentence(self) -> str:
        """The sentence with its words and values, where it was made by `told`."""
        sentence: str = self.args[0]
        return sentence


class OutsideVolume(Refused):
    """An end point lies outside the scan, or so near its border that fluid is cut off."""

    code = "outside_volume"


class VoxelsTooLarge(Refused):
    """Slices or pixels are too large for a nerve of about 1 mm."""

    code = "voxels_too_large"


class SlicesTooThick(VoxelsTooLarge):
    """Slices are too thick for a nerve of about 1 mm, whatever the pixels."""

    code = "slices_too_thick"


class UnusableImage(Refused):
    """The values in the image cannot carry a measurement: not finite, constant, of absurd size."""

    code = "unusable_image"


class Saturated(UnusableImage):
    """The brightest values were cut off."""

    code = "saturated"


class Clipped(Refused):
    """The nerve leaves the field of view between its end points."""

    code = "clipped"


class SignedValues(Refused):
    """Fluid is not above zero although the nerve is darker: no magnitude image."""

    code = "signed_values"


class NoStrand(Refused):
    """There is no nerve-like strand at an end point."""

    code = "no_strand"


class NoPath(Refused):
    """No path joins the two end points along one strand."""

    code = "no_path"


class DifferentStructures(Refused):
    """The path between the end points leaves the strand that it started on."""

    code = "different_structures"


class TooShort(Refused):
    """The end points are too close together, or too far apart, for a cisternal nerve."""

    code = "implausible_length"


class TooUncertain(Refused):
    """Noise and resolution leave the cross-section undetermined."""

    code = "too_uncertain"


class LowSignal(TooUncertain):
    """The nerve does not stand out from the noise."""

    code = "low_signal"


class EndInBrainstem(DifferentStructures):
    """The brainstem end point lies deep in tissue, where no fluid surrounds the nerve."""

    code = "end_in_brainstem"


class EndInBone(DifferentStructures):
    """The canal end point lies deep in bone or brain, where no fluid surrounds the nerve."""

    code = "end_in_bone"


class EndBeside(DifferentStructures):
    """An end point lies beside the strand that was followed between them."""

    code = "end_beside"


class Mass(Refused):
    """Something solid lies on the nerve, as a tumour does."""

    code = "mass"


class ModelMisfit(Refused):
    """A tube in fluid does not describe the image."""

    code = "model_misfit"


class Motion(ModelMisfit):
    """The nerve moved during the scan, or what was followed is no single strand."""

    code = "motion"


class Inseparable(Refused):
    """Another nerve runs so close that it cannot be told which of them is measured."""

    code = "inseparable"


class OutlineRefused(Refused):
    """An outline drawn by hand that is none: open, crossed, empty, or of no section."""

    code = "outline"
