"""What each act is called on a page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from studysite.core.roles import Action

_WORDS = {
    "queue": _("Work of the queue"),
    "login": _("Signed in"),
    "logout": _("Signed out"),
    "password_changed": _("Password changed"),
    "password_renewed": _("Password's hash renewed"),
    "invitation_accepted": _("Invitation accepted"),
    "second_factor_added": _("Second factor added"),
    "second_factor_removed": _("Second factor removed"),
    "security_key_used": _("Security key used for a signature"),
    "recovery_codes_made": _("Recovery codes made"),
    "sessions_ended": _("Sessions ended"),
    Action.SEE_IDENTITY.value: _("Identity seen"),
    Action.ERASE_IDENTITY.value: _("Identity erased"),
    Action.ROTATE_VAULT_KEY.value: _("Master key of the vault exchanged"),
    Action.SCREEN.value: _("Screening"),
    Action.RECORD_CONSENT.value: _("Consent"),
    Action.JUDGE_CRITERIA.value: _("Criteria judged"),
    Action.CONFIRM_ELIGIBILITY.value: _("Eligibility decided"),
    Action.ENROL.value: _("Enrolment"),
    Action.SEAL_ALLOCATION.value: _("Allocation list sealed"),
    Action.UNBLIND.value: _("Arm told to somebody blinded"),
    Action.WITHDRAW.value: _("Left the study"),
    Action.ENTER_FORM.value: _("Form saved"),
    Action.SEE_CLINICAL.value: _("Form taken out"),
    Action.PLAN_VISIT.value: _("Visit planned"),
    Action.RELEASE_PROTOCOL.value: _("Protocol version released"),
    Action.ENTER_SURGICAL_FINDING.value: _("Surgical finding saved"),
    Action.UPLOAD_SCAN.value: _("Scan received"),
    Action.SEND_SCANS.value: _("Scan sent to an archive"),
    Action.SETTLE_HELD_SCAN.value: _("Held scan settled"),
    Action.CHECK_QUALITY.value: _("Image quality checked"),
    Action.SET_END_POINTS.value: _("End points set"),
    Action.MEASURE.value: _("Nerve measured"),
    "open_case": _("Case opened"),
    "keep_objects": _("Objects made of a measurement"),
    "scrub_storage": _("Stored scans read again"),
    "backup": _("Backup taken"),
    "restore": _("Study restored"),
    "assign_readers": _("Reader assigned"),
    Action.READ_CASE.value: _("Case read"),
    Action.MANAGE_READERS.value: _("Readers prepared"),
    Action.ADJUDICATE.value: _("Reads adjudicated"),
    Action.MAKE_CASE_SUMMARY.value: _("Case summary made"),
    Action.SEE_CASE_SUMMARY.value: _("Case summary seen"),
    Action.SIGN_CASE.value: _("Case signed"),
    Action.FREEZE.value: _("Frozen or unfrozen"),
    Action.LOCK.value: _("Record locked"),
    Action.UNLOCK.value: _("Unlocking"),
    Action.OPEN_QUERY.value: _("Query opened"),
    Action.ANSWER_QUERY.value: _("Query answered"),
    Action.CLOSE_QUERY.value: _("Query closed or reopened"),
    Action.ASSIGN_QUERY.value: _("Query assigned"),
    Action.SEE_MONITORING.value: _("Monitoring report made"),
    Action.SEE_PARTICIPANTS.value: _("Study report made"),
    Action.SEE_OUTCOMES.value: _("Outcomes report seen"),
    Action.MAKE_OUTCOMES.value: _("Outcomes report made"),
    Action.KEEP_REPORT.value: _("Report kept"),
    Action.VERIFY_SOURCE.value: _("Source data verified"),
    Action.REVIEW_AUDIT.value: _("Audit trail reviewed"),
    Action.EXPORT.value: _("Data exported"),
    Action.IMPORT_FORMS.value: _("Answers from before taken in"),
    Action.RETRY_JOB.value: _("Job tried again"),
    Action.MANAGE_ACCOUNTS.value: _("Account changed"),
    Action.MANAGE_PEERS.value: _("DICOM node changed"),
}

_WRITERS = {"worker": _("Worker")}


def writer_for(name: str) -> str:
    """Who wrote, where it was no person, in the reader's language."""
    return str(_WRITERS.get(name, name))


def word_for(action: str) -> str:
    """The act in the reader's language; its stored word when it has no other."""
    return str(_WORDS.get(action, action))
