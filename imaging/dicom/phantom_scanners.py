"""What scanners of three makers write into a series, for simulated scans: physics and privates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Manufacturer = Literal["SIEMENS", "GE", "PHILIPS"]
Sequence = Literal["ciss", "fiesta", "space", "t1", "tof"]


@dataclass(frozen=True)
class Physics:
    """How a sequence is played: times in ms, angle in degrees."""

    scanning_sequence: str
    variant: tuple[str, ...]
    repetition_ms: float
    echo_ms: float
    flip_deg: float
    echo_train: int
    bandwidth_hz: float
    angio: bool = False


PHYSICS: Mapping[Sequence, Physics] = {
    "ciss": Physics("GR", ("SP", "SS"), 6.95, 2.9, 50, 1, 349),
    "fiesta": Physics("GR", ("SS", "SK"), 6.2, 2.4, 55, 1, 488),
    "space": Physics("SE", ("SK", "SP"), 1400, 155, 120, 96, 521),
    "t1": Physics("GR", ("SP", "MP"), 2300, 2.98, 9, 1, 240),
    "tof": Physics("GR", ("SP", "OSP"), 21, 3.43, 18, 1, 186, angio=True),
}


@dataclass(frozen=True)
class Scanner:
    """One maker's machine. `privates`: group and creator to (element, VR, value template).

    Templates may hold {name}, {id}, {birth} and {date}: real private groups repeat identity, and
    a de-identifier has to get rid of it there too.
    """

    maker: str
    model: str
    station: str
    serial: str
    software: str
    field_tesla: float
    image_type: tuple[str, ...]
    protocols: Mapping[Sequence, str]
    sequence_names: Mapping[Sequence, str]
    privates: tuple[tuple[int, str, int, str, str], ...]
    rescaled: bool = field(default=False)


SCANNERS: Mapping[Manufacturer, Scanner] = {
    "SIEMENS": Scanner(
        maker="SIEMENS",
        model="MAGNETOM Skyra",
        station="MRC45231",
        serial="45231",
        software="syngo MR E11",
        field_tesla=3.0,
        image_type=("ORIGINAL", "PRIMARY", "M", "ND", "NORM"),
        protocols={
            "ciss": "t2_ci3d_tra_p2_CPA",
            "fiesta": "t2_ci3d_tra_p2_CPA",
            "space": "t2_space_tra_p2_iso_CPA",
            "t1": "t1_mprage_sag_p2_iso",
            "tof": "TOF_3D_multi-slab",
        },
        sequence_names={
            "ciss": "*ci3d1",
            "fiesta": "*ci3d1",
            "space": "*spc3d1_98",
            "t1": "*tfl3d1_16",
            "tof": "*fl3d1r",
        },
        privates=(
            (0x0019, "SIEMENS MR HEADER", 0x08, "CS", "IMAGE NUM 4"),
            (0x0019, "SIEMENS MR HEADER", 0x0F, "SH", "Fast"),
            (0x0029, "SIEMENS CSA HEADER", 0x08, "CS", "IMAGE NUM 4"),
            (0x0029, "SIEMENS CSA HEADER", 0x09, "LO", "{date}"),
            (0x0029, "SIEMENS CSA HEADER", 0x20, "OB", "SV10 tPatientName = {name} {id} {birth}"),
            (0x0051, "SIEMENS MR HEADER", 0x0C, "LO", "FoV 205*205"),
            (0x0051, "SIEMENS MR HEADER", 0x11, "LO", "p2"),
        ),
    ),
    "GE": Scanner(
        maker="GE MEDICAL SYSTEMS",
        model="DISCOVERY MR750",
        station="GEMR750XA",
        serial="00000917MR750A",
        software="27\\LX\\MR Software release:DV26.0_R03",
        field_tesla=3.0,
        image_type=("ORIGINAL", "PRIMARY", "OTHER"),
        protocols={
            "ciss": "3D FIESTA-C CPA",
            "fiesta": "3D FIESTA-C CPA",
            "space": "AX CUBE T2 IAC",
            "t1": "SAG 3D BRAVO",
            "tof": "3D TOF MRA",
        },
        sequence_names={
            "ciss": "fiesta",
            "fiesta": "fiesta",
            "space": "3dfse",
            "t1": "efgre3d",
            "tof": "3dtof",
        },
        privates=(
            (0x0009, "GEMS_IDEN_01", 0x02, "SH", "GEMR750XA"),
            (0x0009, "GEMS_IDEN_01", 0xE3, "LO", "{id}"),
            (0x0011, "GEMS_PATI_01", 0x11, "LO", "{name}"),
            (0x0019, "GEMS_ACQU_01", 0x9C, "LO", "fiesta"),
            (0x0025, "GEMS_SERS_01", 0x1B, "OB", "protocol block of {name}, born {birth}"),
            (0x0043, "GEMS_PARM_01", 0x61, "LO", "{id}.{date}"),
        ),
    ),
    "PHILIPS": Scanner(
        maker="Philips Medical Systems",
        model="Ingenia",
        station="PMSN1QKT3",
        serial="41722",
        software="5.3.1\\5.3.1.3",
        field_tesla=3.0,
        image_type=("ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"),
        protocols={
            "ciss": "T2W_bFFE_3D_CPA",
            "fiesta": "T2W_bFFE_3D_CPA",
            "space": "T2W_DRIVE_VISTA_CPA",
            "t1": "T1W_3D_TFE",
            "tof": "s3DI_MC_HR",
        },
        sequence_names={
            "ciss": "B-FFE",
            "fiesta": "B-FFE",
            "space": "TSE",
            "t1": "T1TFE",
            "tof": "T1FFE",
        },
        privates=(
            (0x2001, "Philips Imaging DD 001", 0x20, "LO", "FFE"),
            (0x2001, "Philips Imaging DD 001", 0xC8, "LO", "{name}"),
            (0x2005, "Philips MR Imaging DD 001", 0x37, "LO", "PIIM of {id}"),
            (0x2005, "Philips MR Imaging DD 001", 0x70, "LO", "{birth} {date}"),
        ),
        rescaled=True,
    ),
}
