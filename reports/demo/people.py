"""The made-up people of the demo study: one in each state. Names and numbers are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from enrollment.journey import State
from studysite.core.roles import Role

SITE_CODE = "XJ"
SITE_NAME = "First Affiliated Hospital of Xi'an Jiaotong University"
PASSWORD = "calm-cistern-2026"

# username, printed name, role
ACCOUNTS = (
    ("coordinator", "Chen Yu", Role.COORDINATOR),
    ("investigator", "Wang Lei", Role.INVESTIGATOR),
    ("analyst", "Zhao Min", Role.ANALYST),
    ("reader", "Liu Fang", Role.READER),
    ("reader2", "Sun Hao", Role.READER),
    ("reader3", "Gao Ting", Role.READER),
    # Has the training cases before her.
    ("reader4", "Tang Xue", Role.READER),
    ("monitor", "Ma Jun", Role.MONITOR),
    ("datamanager", "He Xin", Role.DATA_MANAGER),
    # Unlocking takes two.
    ("datamanager2", "Lu Jing", Role.DATA_MANAGER),
    ("admin", "Xu Bo", Role.ADMINISTRATOR),
)
# Who was trained before the study began; another reader is not.
TRAINED = ("reader", "reader2", "reader3")


@dataclass(frozen=True)
class Patient:
    """A made-up patient, how far the story takes them, and what their scan shows.

    area_ratio: the affected nerve's area over the other's. gap_mm: vessel to nerve, None for none.
    """

    hospital_number: str
    name: str
    birth_on: date
    sex: str
    side: str
    onset: str
    arm: str
    target: State
    seed: int
    area_ratio: float = 0.8
    gap_mm: float | None = 0.0


PATIENTS = (
    Patient("DEMO-10001", "Bai Ling", date(1971, 3, 14), "female", "left", "2019-05", "2d",
            State.LOCKED, 1),
    Patient("DEMO-10002", "Cao Wei", date(1968, 11, 2), "male", "right", "2018", "3d",
            State.SIGNED, 2, 0.72),
    Patient("DEMO-10003", "Deng Rui", date(1980, 7, 21), "female", "left", "2021-02-10", "3d",
            State.SURGERY_RECORDED, 3, 0.85),
    Patient("DEMO-10004", "Fan Qing", date(1975, 1, 9), "female", "right", "2020-08", "2d",
            State.ADJUDICATED, 4, 0.9, 0.5),
    Patient("DEMO-10005", "Guo Jian", date(1969, 6, 30), "male", "left", "2017", "3d",
            State.READ, 5, 0.78),
    Patient("DEMO-10006", "Han Mei", date(1983, 12, 5), "female", "left", "2022-04", "2d",
            State.MEASURED, 6, 0.95, None),
    Patient("DEMO-10007", "Jin Tao", date(1977, 9, 17), "male", "right", "2020", "3d",
            State.QUALITY_CHECKED, 7),
    Patient("DEMO-10008", "Kong Yan", date(1986, 2, 25), "female", "left", "2021-11", "2d",
            State.SCANNED, 8),
    Patient("DEMO-10009", "Lin Hui", date(1973, 5, 8), "female", "right", "2019-01", "3d",
            State.ENROLLED, 9),
    Patient("DEMO-10010", "Ning Bo", date(1990, 10, 12), "male", "left", "2022", "2d",
            State.ELIGIBLE, 10),
    Patient("DEMO-10011", "Pan Lu", date(1979, 4, 3), "female", "right", "2020-06", "2d",
            State.CONSENTED, 11),
    Patient("DEMO-10012", "Qin Shan", date(1984, 8, 19), "female", "left", "2023", "3d",
            State.SCREENED, 12),
    # The three ways out come on top of the twelve states of the way.
    Patient("DEMO-10013", "Shi Gang", date(1972, 2, 11), "male", "left", "2016", "2d",
            State.SCREEN_FAILED, 13),
    Patient("DEMO-10014", "Tang Xue", date(1988, 6, 6), "female", "right", "2021", "3d",
            State.WITHDRAWN, 14),
    Patient("DEMO-10015", "Wei Dong", date(1970, 12, 28), "male", "right", "2015-09", "2d",
            State.LOST, 15),
)  # fmt: skip

# The one whose way the demo shows whole: the signed case.
MAIN = next(patient for patient in PATIENTS if patient.target == State.SIGNED)
