"""Who may do what: one table. Nothing else in the project decides it."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """The roles of the protocol; the database keeps the short word."""

    COORDINATOR = "coordinator", _("Coordinator")
    INVESTIGATOR = "investigator", _("Investigator")
    READER = "reader", _("Reader")
    ANALYST = "analyst", _("Imaging analyst")
    MONITOR = "monitor", _("Monitor")
    DATA_MANAGER = "data_manager", _("Data manager")
    ADMINISTRATOR = "administrator", _("Administrator")


class Action(StrEnum):
    """Acts of the protocol that need a permission."""

    SIGN_IN = "sign_in"
    SEE_WORKLIST = "see_worklist"
    SEE_PARTICIPANTS = "see_participants"
    SEE_IDENTITY = "see_identity"
    ERASE_IDENTITY = "erase_identity"
    ROTATE_VAULT_KEY = "rotate_vault_key"
    SEE_ARM = "see_arm"
    SEE_CLINICAL = "see_clinical"
    SCREEN = "screen"
    RECORD_CONSENT = "record_consent"
    JUDGE_CRITERIA = "judge_criteria"
    CONFIRM_ELIGIBILITY = "confirm_eligibility"
    ENROL = "enrol"
    SEAL_ALLOCATION = "seal_allocation"
    SEE_ALLOCATION = "see_allocation"
    UNBLIND = "unblind"
    SEE_UNBLINDINGS = "see_unblindings"
    WITHDRAW = "withdraw"
    ENTER_FORM = "enter_form"
    PLAN_VISIT = "plan_visit"
    RELEASE_PROTOCOL = "release_protocol"
    ENTER_SURGICAL_FINDING = "enter_surgical_finding"
    UPLOAD_SCAN = "upload_scan"
    SEE_SCANS = "see_scans"
    SEE_IMAGES = "see_images"
    SEND_SCANS = "send_scans"
    SETTLE_HELD_SCAN = "settle_held_scan"
    CHECK_QUALITY = "check_quality"
    SET_END_POINTS = "set_end_points"
    MEASURE = "measure"
    SEE_MEASUREMENTS = "see_measurements"
    READ_CASE = "read_case"
    SEE_READS = "see_reads"
    MANAGE_READERS = "manage_readers"
    ADJUDICATE = "adjudicate"
    SEE_CASE_SUMMARY = "see_case_summary"
    MAKE_CASE_SUMMARY = "make_case_summary"
    SIGN_CASE = "sign_case"
    SEE_OUTCOMES = "see_outcomes"
    MAKE_OUTCOMES = "make_outcomes"
    KEEP_REPORT = "keep_report"
    FREEZE = "freeze"
    LOCK = "lock"
    UNLOCK = "unlock"
    SEE_CLOSURES = "see_closures"
    SEE_QUERIES = "see_queries"
    OPEN_QUERY = "open_query"
    ANSWER_QUERY = "answer_query"
    CLOSE_QUERY = "close_query"
    ASSIGN_QUERY = "assign_query"
    SEE_VERIFICATION = "see_verification"
    VERIFY_SOURCE = "verify_source"
    SEE_MONITORING = "see_monitoring"
    SEE_HISTORY = "see_history"
    REVIEW_AUDIT = "review_audit"
    EXPORT = "export"
    IMPORT_FORMS = "import_forms"
    SEE_JOBS = "see_jobs"
    RETRY_JOB = "retry_job"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_PEERS = "manage_peers"


_C, _I, _R, _A, _M, _D, _X = (
    Role.COORDINATOR,
    Role.INVESTIGATOR,
    Role.READER,
    Role.ANALYST,
    Role.MONITOR,
    Role.DATA_MANAGER,
    Role.ADMINISTRATOR,
)

# Duties that one person cannot hold, at whatever sites: who is blinded keeps apart from who is not,
# who checks from who enters, and who gives out roles from the study's data.
_APART = (
    (_R, {_C, _I, _A, _M, _D, _X}),
    (_A, {_C, _I, _M, _D, _X}),
    (_M, {_C, _I, _X}),
    (_X, {_C, _I, _D}),
)
APART: frozenset[frozenset[Role]] = frozenset(
    frozenset({one, other}) for one, others in _APART for other in others
)


POLICY: dict[Action, frozenset[Role]] = {
    Action.SIGN_IN: frozenset(Role),
    Action.SEE_WORKLIST: frozenset(Role),
    Action.SEE_PARTICIPANTS: frozenset({_C, _I, _M, _D}),
    Action.SEE_IDENTITY: frozenset({_C, _I, _M}),
    Action.ERASE_IDENTITY: frozenset({_D}),
    Action.ROTATE_VAULT_KEY: frozenset({_X}),
    Action.SEE_ARM: frozenset({_C, _I, _M, _D}),
    Action.SEE_CLINICAL: frozenset({_C, _I, _M, _D}),
    Action.SCREEN: frozenset({_C}),
    Action.RECORD_CONSENT: frozenset({_C}),
    Action.JUDGE_CRITERIA: frozenset({_I}),
    Action.CONFIRM_ELIGIBILITY: frozenset({_I}),
    Action.ENROL: frozenset({_C, _I}),
    Action.SEAL_ALLOCATION: frozenset({_D}),
    Action.SEE_ALLOCATION: frozenset({_I, _M, _D}),
    Action.UNBLIND: frozenset({_I}),
    Action.SEE_UNBLINDINGS: frozenset({_I, _M, _D}),
    Action.WITHDRAW: frozenset({_C, _I}),
    Action.ENTER_FORM: frozenset({_C, _I}),
    Action.PLAN_VISIT: frozenset({_C, _I}),
    Action.RELEASE_PROTOCOL: frozenset({_D}),
    Action.ENTER_SURGICAL_FINDING: frozenset({_I}),
    Action.UPLOAD_SCAN: frozenset({_C, _A}),
    Action.SEE_SCANS: frozenset({_C, _I, _A, _M, _D}),
    Action.SEE_IMAGES: frozenset({_I, _A, _M}),
    Action.SEND_SCANS: frozenset({_I, _A}),
    Action.SETTLE_HELD_SCAN: frozenset({_C}),
    Action.CHECK_QUALITY: frozenset({_A}),
    Action.SET_END_POINTS: frozenset({_A}),
    Action.MEASURE: frozenset({_A}),
    Action.SEE_MEASUREMENTS: frozenset({_I, _A, _M, _D}),
    Action.READ_CASE: frozenset({_R}),
    Action.SEE_READS: frozenset({_I, _M, _D}),
    Action.MANAGE_READERS: frozenset({_D}),
    Action.ADJUDICATE: frozenset({_R}),
    Action.SEE_CASE_SUMMARY: frozenset({_I, _M, _D}),
    Action.MAKE_CASE_SUMMARY: frozenset({_I, _D}),
    Action.SIGN_CASE: frozenset({_I}),
    Action.SEE_OUTCOMES: frozenset({_I, _M, _D}),
    Action.MAKE_OUTCOMES: frozenset({_I, _M, _D}),
    Action.KEEP_REPORT: frozenset({_C, _I, _M, _D}),
    Action.FREEZE: frozenset({_D}),
    Action.LOCK: frozenset({_D}),
    Action.UNLOCK: frozenset({_D}),
    Action.SEE_CLOSURES: frozenset({_C, _I, _M, _D}),
    Action.SEE_QUERIES: frozenset({_C, _I, _A, _M, _D}),
    Action.OPEN_QUERY: frozenset({_M, _D}),
    Action.ANSWER_QUERY: frozenset({_C, _I, _A}),
    Action.CLOSE_QUERY: frozenset({_M, _D}),
    Action.ASSIGN_QUERY: frozenset({_M, _D}),
    Action.SEE_VERIFICATION: frozenset({_M, _D}),
    Action.VERIFY_SOURCE: frozenset({_M}),
    Action.SEE_MONITORING: frozenset({_M, _D}),
    Action.SEE_HISTORY: frozenset({_I, _M, _D}),
    Action.REVIEW_AUDIT: frozenset({_M, _D}),
    Action.EXPORT: frozenset({_I, _A, _M, _D}),
    Action.IMPORT_FORMS: frozenset({_C, _I}),
    Action.SEE_JOBS: frozenset({_C, _I, _A, _M, _D}),
    Action.RETRY_JOB: frozenset({_A, _C, _D}),
    Action.MANAGE_ACCOUNTS: frozenset({_X}),
    Action.MANAGE_PEERS: frozenset({_X}),
}
