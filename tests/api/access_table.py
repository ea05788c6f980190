"""Who gets what from the API, row by row: the truth that the tests hold the API to.

Roles by letter: Coordinator, Investigator, Reader, analyst (A), Monitor, Data manager, and
administrator (X). The last column is what a person with one of the roles gets in `scene`, where
most steps of the way are taken already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studysite.core.roles import Role
from tests.reports.factory import PASSWORD

LETTERS = {
    "C": Role.COORDINATOR,
    "I": Role.INVESTIGATOR,
    "R": Role.READER,
    "A": Role.ANALYST,
    "M": Role.MONITOR,
    "D": Role.DATA_MANAGER,
    "X": Role.ADMINISTRATOR,
}
ALL = "CIRAMDX"
# Answered elsewhere meanwhile, or locked.
DRAFT = {"answers": {}, "seen_revision": 7}
NO_OUTLINE = {"outlines": {}, "reason": "x"}
WHY = {"reason": "For the table."}
SCREENING = {
    "name": "Zhang San",
    "hospital_number": "H-TABLE",
    "birth_on": "1980-05-17",
    "sex": "female",
    "affected_side": "left",
    "screened_on": "2026-01-05",
}
CONSENT = {"document_version": "1.0", "language": "en", "signed_on": "2026-01-05"}
VERDICT = {"criterion": "I1", "verdict": "met", "evidence": "Letter."}
LEAVING = {
    "kind": "lost",
    "on": "2026-01-05",
    "decided_by": "investigator",
    "data_may_stay": True,
    **WHY,
}
INVITED = {
    "username": "newcomer",
    "printed_name": "New Comer",
    "email": "new@example.org",
    "site": "XA",
    "role": "data_manager",
}
TELLING = {"category": "emergency", "told": "The ward", **WHY}
ENTRY = {"answers": {}, "seen_revision": 0, "submit": False}
MATCH = {"participant": "NOBODY-1", **WHY}
ASKED = {"kind": "scan", "visit": "baseline", "name": "t2_3d", "text": "Motion?"}
NODE = {"name": "CT", "ae_title": "lower", "network": "10.0.0.1"}
SHEET = {"form": "scan", "content": "participant,visit", "reason": "x"}
QUALITY = {"verdict": "accepted", "score": 4}


@dataclass(frozen=True)
class Row:
    """One method of one route. `scoped`: about a record of a site, so other sites get 404."""

    route: str
    method: str
    path: str
    roles: str
    status: int
    body: Any = None
    scoped: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


P = "participants/{number}/"
TABLE = [
    Row("schema", "GET", "schema/", ALL, 200, scoped=False),
    Row("docs", "GET", "docs/", ALL, 200, scoped=False),
    Row("token", "DELETE", "token/", ALL, 204, scoped=False),
    Row("me", "GET", "me/", ALL, 200, scoped=False),
    Row("protocol", "GET", "protocol/", ALL, 200, scoped=False),
    Row("protocol_versions", "GET", "protocol/versions/", ALL, 200, scoped=False),
    Row(
        "release_protocol", "POST", "protocol/versions/1.0/release/", "D", 409, WHY, scoped=False
    ),
    Row("people", "GET", "people/", "X", 200, scoped=False),
    Row("people", "POST", "people/", "X", 201, INVITED, scoped=False),
    Row("person", "GET", "people/{username}/", "X", 200),
    Row(
        "give_role", "POST", "people/{username}/roles/", "X", 200,
        {"site": "XA", "role": "data_manager"},
    ),
    Row(
        "end_role", "POST", "people/{username}/roles/end/", "X", 200,
        {"site": "XA", "role": "coordinator", **WHY},
    ),
    Row("close_account", "POST", "people/{username}/close/", "X", 200, WHY),
    Row("invite_again", "POST", "people/{username}/link/", "X", 200, WHY),
    Row("sites", "GET", "sites/", "X", 200, scoped=False),
    Row("sites", "POST", "sites/", "X", 201, {"code": "NEW", "name": "N"}, scoped=False),
    Row("audit_reviews", "GET", "audit/reviews/", "IMD", 200, scoped=False),
    Row("audit_reviews", "POST", "audit/reviews/", "MD", 201, {"remark": "Seen."}, scoped=False),
    Row("audit_export", "POST", "audit/export/", "MD", 200, {"subject": "{number}"}, scoped=False),
    Row("forms", "GET", "forms/", ALL, 200, scoped=False),
    Row("form", "GET", "forms/severity/", ALL, 200, scoped=False),
    Row("participants", "GET", "participants/", "CIMD", 200, scoped=False),
    Row("participants", "POST", "participants/", "C", 201, SCREENING, scoped=False),
    Row("participant", "GET", P, "CIMD", 200),
    Row("consents", "GET", f"{P}consents/", "CIMD", 200),
    Row("consents", "POST", f"{P}consents/", "C", 409, CONSENT),
    Row("criteria", "GET", f"{P}criteria/", "CIMD", 200),
    Row("criteria", "POST", f"{P}criteria/", "I", 409, VERDICT),
    Row("criteria", "PUT", f"{P}criteria/", "I", 409, {"seen": 0, "judgements": [VERDICT]}),
    Row("eligibility", "GET", f"{P}eligibility/", "CIMD", 200),
    Row("eligibility", "POST", f"{P}eligibility/", "I", 409),
    Row("screen_failure", "POST", f"{P}screen-failure/", "I", 409, WHY),
    Row("enrolment", "POST", f"{P}enrolment/", "CI", 409, {"arm": "2d", **WHY}),
    Row("allocation", "GET", "allocation/", "IMD", 200, scoped=False),
    Row("allocation", "POST", "allocation/", "D", 409, scoped=False),
    Row("unblindings", "GET", "unblindings/", "IMD", 200, scoped=False),
    Row("unblind", "POST", f"{P}unblindings/", "I", 201, TELLING),
    Row("withdrawal", "POST", f"{P}withdrawal/", "CI", 422, LEAVING),
    Row("entry", "GET", f"{P}forms/severity/baseline/", "CIMD", 200),
    Row("entry", "PUT", f"{P}forms/severity/baseline/", "CI", 409, ENTRY),
    Row(
        "undo_draft", "POST", f"{P}forms/severity/baseline/undo/", "CI", 409, {"seen_revision": 1}
    ),
    Row(
        "move_entry", "POST", f"{P}forms/severity/baseline/version/", "CI", 409,
        {"seen_revision": 1, **WHY},
    ),
    Row("unscheduled", "POST", f"{P}visits/", "CI", 422, {"on": "2026-01-05", **WHY}),
    Row("visit_not_done", "POST", f"{P}visits/discharge/not-done/", "CI", 200, WHY),
    Row("revisions", "GET", f"{P}forms/severity/baseline/revisions/", "CIMD", 200),
    Row("query_new", "POST", f"{P}queries/", "MD", 201, ASKED),
    Row("queries", "GET", "queries/", "CIAMD", 200, scoped=False),
    Row("query", "GET", "queries/{query}/", "CIAMD", 200),
    Row("query_answer", "POST", "queries/{query}/answer/", "CIA", 200, {"text": "So."}),
    Row(
        "query_close", "POST", "queries/{query}/close/", "M", 200, {"text": "Settled."},
        scoped=False,  # A data manager is refused for the side here, for the site there.
    ),
    Row(
        "query_reopen", "POST", "queries/{query}/reopen/", "M", 409, {"text": "Why?"},
        scoped=False,
    ),
    Row(
        "query_assignment", "PUT", "queries/{query}/assignment/", "MD", 200,
        {"assigned_role": "analyst"},
    ),
    Row("verification", "GET", f"{P}forms/severity/baseline/verification/", "MD", 200),
    Row(
        "verification", "POST", f"{P}forms/severity/baseline/verification/", "M", 200,
        {"seen_revision": 1},
    ),
    Row(
        "unverify", "POST", f"{P}forms/severity/baseline/verification/undo/", "M", 409,
        {"item": "smc_grade", **WHY},
    ),
    Row("verify_visit", "POST", f"{P}visits/baseline/verification/", "M", 200),
    Row("verification_progress", "GET", "verification/", "MD", 200, scoped=False),
    Row("closures_of", "GET", f"{P}closures/", "CIMD", 200),
    Row(
        "closures_of", "POST", f"{P}closures/", "D", 201,
        {"level": "frozen", "visit": "baseline", **WHY},
    ),
    Row("closures", "GET", "closures/", "CIMD", 200, scoped=False),
    Row("closures", "POST", "closures/", "D", 201, {"level": "frozen", **WHY}, scoped=False),
    Row("unfreeze", "POST", "closures/{closure}/unfreeze/", "D", 409, WHY),
    Row("ask_unlock", "POST", "closures/{closure}/unlock-requests/", "D", 409, WHY),
    Row("unlock_requests", "GET", "unlock-requests/", "CIMD", 200, scoped=False),
    Row(
        "decide_unlock", "POST", "unlock-requests/{unlocking}/decision/", "D", 200,
        {"granted": True},
    ),
    Row("take_back_unlock", "POST", "unlock-requests/{unlocking}/withdrawal/", "D", 409),
    Row("sheets", "POST", "sheets/", "CI", 422, SHEET, scoped=False),
    Row("exports", "GET", "exports/", "IAMD", 200, scoped=False),
    Row("exports", "POST", "exports/", "IAMD", 202, {"format": "csv"}, scoped=False),
    Row("export", "GET", "exports/{export}/", "IAMD", 200),
    Row("export_file", "GET", "exports/{export}/file/", "IAMD", 200),
    Row("outcomes", "GET", "outcomes/", "IMD", 200, scoped=False),
    Row("registry_results", "GET", "outcomes/registry/", "IMD", 200, scoped=False),
    Row("reports", "GET", "reports/", "CIMD", 200, scoped=False),
    Row(
        "reports", "POST", "reports/", "CIMD", 202,
        {"kind": "screening_log", "language": "en"}, scoped=False,
    ),
    Row("report", "GET", "reports/{log}/", "CIMD", 200),
    Row("report_file", "GET", "reports/{log}/file/", "CIMD", 200),
    Row("report_now", "GET", "reports/now/screening_log/", "CIMD", 200, scoped=False),
    Row(
        "report_records", "GET", "reports/now/enrolment_forecast/records/?cell=screened:2026-01",
        "CIMD", 200, scoped=False,
    ),
    Row("outcome_reports", "GET", "outcomes/reports/", "IMD", 200, scoped=False),
    Row(
        "outcome_reports", "POST", "outcomes/reports/", "IMD", 202, {"language": "en"},
        scoped=False,
    ),
    Row("outcome_report", "GET", "outcomes/reports/{report}/", "IMD", 200),
    Row("outcome_report_file", "GET", "outcomes/reports/{report}/file/", "IMD", 200),
    Row("monitoring", "GET", "monitoring/", "MD", 200, scoped=False),
    Row("monitoring_report", "GET", "monitoring/report/", "MD", 200, scoped=False),
    Row("identity", "POST", f"{P}identity/", "CIM", 200, WHY),
    Row("erasure", "POST", f"{P}identity/erasure/", "D", 409, {"typed": "{number}", **WHY}),
    Row("history", "GET", f"{P}history/", "IMD", 200),
    Row("audit_events", "GET", "audit/events/", "IMD", 200, scoped=False),
    Row("case_summaries", "GET", f"{P}case-summaries/", "IMD", 200),
    Row("case_summaries", "POST", f"{P}case-summaries/", "ID", 202, {"language": "en"}),
    Row("signatures", "GET", f"{P}signatures/", "IMD", 200),
    Row(
        "signatures", "POST", f"{P}signatures/", "I", 201,
        {"password": PASSWORD, "meaning": "Reviewed"},
    ),
    Row("lock", "POST", f"{P}lock/", "D", 409, WHY),
    Row("scans", "GET", "scans/?participant={number}", "CIAMD", 200),
    Row("scan_not_done", "POST", "scans/{scan}/not-done/", "CA", 409, WHY),
    Row("intakes", "POST", "intakes/", "CA", 201, {"participant": "{number}"}),
    Row("intake", "GET", "intakes/{intake}/", "CA", 200),
    Row("intake_files", "POST", "intakes/{intake}/files/", "CA", 400),
    Row("intake_piece", "GET", "intakes/{intake}/pieces/{intake}/", "CA", 200),
    Row("intake_piece", "PUT", "intakes/{intake}/pieces/{intake}/?at=0&size=0", "CA", 422),
    Row("intake_close", "POST", "intakes/{intake}/close/", "CA", 422),
    Row("held_list", "GET", "held/", "CIAMD", 200, scoped=False),
    Row("held", "GET", "held/{held}/", "CIAMD", 200),
    Row("held_match", "POST", "held/{held}/match/", "C", 404, MATCH),
    Row("held_refuse", "POST", "held/{held}/refuse/", "C", 200, WHY),
    Row("nodes", "GET", "nodes/", "X", 200, scoped=False),
    Row("nodes", "POST", "nodes/", "X", 422, NODE, scoped=False),
    Row("node", "GET", "nodes/{peer}/", "X", 200),
    Row("node", "PUT", "nodes/{peer}/", "X", 200, {"active": True, **WHY}),
    Row(
        "destination", "PUT", "nodes/{peer}/destination/", "X", 200,
        {"host": "127.0.0.1", "port": 104, **WHY},
    ),
    Row("sendings", "GET", "series/{series}/sendings/", "IA", 200),
    Row("sendings", "POST", "series/{series}/sendings/", "IA", 422, {"node": "NOBODY"}),
    Row("send_again", "POST", "sendings/{dispatch}/again/", "IA", 409),
    Row("series_list", "GET", "series/?participant={number}", "CIAMD", 200),
    Row("series", "GET", "series/{series}/", "CIAMD", 200),
    Row("quality", "GET", "series/{series}/quality/", "CIAMD", 200),
    Row("quality", "POST", "series/{series}/quality/", "A", 409, QUALITY),
    Row("measurements", "GET", "series/{series}/measurements/", "IAMD", 200),
    Row("measurements", "POST", "series/{series}/measurements/", "A", 422, {"ends": {}}),
    Row("suggested_ends", "GET", "series/{series}/suggested_ends/", "A", 200),
    Row("suggested_ends", "POST", "series/{series}/suggested_ends/", "A", 202),
    Row("measurement", "GET", "measurements/{measurement}/", "IAMD", 200),
    Row("corrections", "POST", "measurements/{measurement}/corrections/", "A", 422, NO_OUTLINE),
    Row(
        "comparison", "GET", "measurements/{measurement}/comparison/{measurement}/", "IAMD", 200,
    ),
    Row(
        "measurement_picture", "GET", "measurements/{measurement}/pictures/left/mpr.png", "IAMD",
        200,
    ),
    Row("measurement_objects", "GET", "measurements/{measurement}/objects/", "IAM", 422),
    Row("reads", "GET", "reads/", "R", 200, scoped=False),
    Row("read", "GET", "reads/{read}/", "R", 200),
    Row("read_draft", "PUT", "reads/{read}/draft/", "R", 409, DRAFT),
    Row("read_lock", "POST", "reads/{read}/lock/", "R", 409, {"answers": {}}),
    Row("read_picture", "GET", "reads/{read}/pictures/left/plain_endoscopy.png", "R", 200),
    Row("key_images", "GET", "reads/{read}/key_images/", "R", 200),
    Row("key_images", "POST", "reads/{read}/key_images/", "R", 422, {"state": {}}),
    Row("key_image", "GET", "reads/{read}/key_images/1/", "R", 200),
    Row("key_image_removal", "POST", "reads/{read}/key_images/1/remove/", "R", 409),
    Row("adjudications", "GET", "adjudications/", "R", 200, scoped=False),
    Row("adjudication", "GET", "adjudications/{third}/", "R", 200),
    Row("adjudication_draft", "PUT", "adjudications/{third}/draft/", "R", 409, DRAFT),
    Row("adjudication", "POST", "adjudications/{third}/", "R", 422, {"answers": {}}),
    Row("readers", "GET", "readers/", "IMD", 200, scoped=False),
    Row("training_set", "POST", "readers/training/", "D", 201, scoped=False),
    Row("waiver", "POST", "readers/{reader}/waiver/", "D", 409, WHY),
    Row("document", "GET", "documents/{document}/", "IMD", 200),
    Row("document_file", "GET", "documents/{document}/file/", "IMD", 200),
    Row("jobs", "GET", "jobs/", "CIAMD", 200, scoped=False),
    Row("job", "GET", "jobs/{job}/", "CIAMD", 200),
    Row("job_retry", "POST", "jobs/{job}/retry/", "CAD", 200),
]  # fmt: skip
