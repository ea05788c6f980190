"""Scans, what was measured on them, and what readers saw, as rows."""

from imaging.models.derived import Derived
from imaging.models.dispatch import Dispatch
from imaging.models.intake import Held, HeldFile, HeldState, Intake, IntakeFile, IntakeState
from imaging.models.key_image import KeyImage
from imaging.models.measurement import Measurement, MeasurementState
from imaging.models.peer import Peer
from imaging.models.reading import Adjudication, Read, Session
from imaging.models.series import Instance, QualityCheck, Series, SeriesState
from imaging.models.storage_check import StorageCheck
from imaging.models.training import ReaderTraining, TrainingCase, TrainingRead

__all__ = [
    "Adjudication",
    "Derived",
    "Dispatch",
    "Held",
    "HeldFile",
    "HeldState",
    "Instance",
    "Intake",
    "IntakeFile",
    "IntakeState",
    "KeyImage",
    "Measurement",
    "MeasurementState",
    "Peer",
    "QualityCheck",
    "Read",
    "ReaderTraining",
    "Series",
    "SeriesState",
    "Session",
    "StorageCheck",
    "TrainingCase",
    "TrainingRead",
]
