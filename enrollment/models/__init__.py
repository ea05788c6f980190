"""People in the study, as rows."""

from enrollment.models.allocation import AllocationList, AllocationSlot, Unblinding
from enrollment.models.closing import Closure, UnlockRequest
from enrollment.models.consent import Consent
from enrollment.models.eligibility import Judgement, ScreenFailure
from enrollment.models.enrolment import ArmCount, Enrolment, Withdrawal
from enrollment.models.forms import FormEntry, FormRevision
from enrollment.models.identity import Identity
from enrollment.models.participant import Participant
from enrollment.models.queries import Query, QueryMessage
from enrollment.models.releases import ProtocolRelease
from enrollment.models.steps import Step
from enrollment.models.verification import Verification
from enrollment.models.visits import ExpectedScan, ScanState, Visit

__all__ = [
    "AllocationList",
    "AllocationSlot",
    "ArmCount",
    "Closure",
    "Consent",
    "Enrolment",
    "ExpectedScan",
    "FormEntry",
    "FormRevision",
    "Identity",
    "Judgement",
    "Participant",
    "ProtocolRelease",
    "Query",
    "QueryMessage",
    "ScanState",
    "ScreenFailure",
    "Step",
    "Unblinding",
    "UnlockRequest",
    "Verification",
    "Visit",
    "Withdrawal",
]
