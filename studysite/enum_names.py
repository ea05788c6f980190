"""Names in the API's schema for choices that share a field's name, so that they are stable."""

ENUM_NAMES = {
    "ParticipantState": "enrollment.journey.State",
    "EntryState": "enrollment.models.forms.EntryState",
    "FormState": "enrollment.api.visits.FORM_STATES",
    "ScanState": "enrollment.models.visits.ScanState",
    "IntakeState": "imaging.models.intake.IntakeState",
    "HeldState": "imaging.models.intake.HeldState",
    "SeriesState": "imaging.models.series.SeriesState",
    "MeasurementState": "imaging.models.measurement.MeasurementState",
    "DocumentState": "reports.models.document.DocumentState",
    "JobState": "studysite.core.models.JobState",
    "SignatureStanding": "reports.api.signatures.STANDINGS",
    "LeavingKind": "enrollment.models.enrolment.LeavingKind",
    "CriterionKind": "enrollment.api.protocol.CRITERION_KINDS",
    "CriterionVerdict": "enrollment.api.criteria.VERDICTS",
    "QualityVerdict": "imaging.api.series.VERDICTS",
}
