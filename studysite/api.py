"""Every route of the API."""

from __future__ import annotations

from django.urls import path

from enrollment.api import (
    allocation,
    consents,
    criteria,
    enrolment,
    entries,
    forms,
    history,
    identity,
    participants,
    protocol,
    queries,
    trail,
    verification,
    visits,
)
from imaging.api import expected, held, intakes, measurements, peers, reads, series
from reports.api import closing, documents, jobs, monitoring, readers, signatures
from studysite.core import api_docs, api_token

app_name = "api"
ONE = "participants/<slug:number>/"
ENTRY = f"{ONE}forms/<slug:form>/<slug:visit>/"
INTAKE = "intakes/<uuid:pk>/"
READ = "reads/<slug:reading_id>/"
PICTURE = "pictures/<slug:side>/<str:name>"

urlpatterns = [
    path("schema/", api_docs.SchemaView.as_view(), name="schema"),
    path("docs/", api_docs.DocsView.as_view(), name="docs"),
    path("token/", api_token.TokenView.as_view(), name="token"),
    path("me/", api_token.MeView.as_view(), name="me"),
    path("protocol/", protocol.ProtocolView.as_view(), name="protocol"),
    path("forms/", forms.FormsView.as_view(), name="forms"),
    path("forms/<slug:key>/", forms.FormView.as_view(), name="form"),
    path("participants/", participants.ParticipantsView.as_view(), name="participants"),
    path(ONE, participants.ParticipantView.as_view(), name="participant"),
    path(f"{ONE}consents/", consents.ConsentsView.as_view(), name="consents"),
    path(f"{ONE}criteria/", criteria.CriteriaView.as_view(), name="criteria"),
    path(f"{ONE}eligibility/", criteria.EligibilityView.as_view(), name="eligibility"),
    path(f"{ONE}screen-failure/", criteria.ScreenFailureView.as_view(), name="screen_failure"),
    path(f"{ONE}enrolment/", enrolment.EnrolmentView.as_view(), name="enrolment"),
    path("allocation/", allocation.AllocationView.as_view(), name="allocation"),
    path("unblindings/", allocation.UnblindingsView.as_view(), name="unblindings"),
    path(f"{ONE}unblindings/", allocation.UnblindView.as_view(), name="unblind"),
    path(f"{ONE}withdrawal/", enrolment.WithdrawalView.as_view(), name="withdrawal"),
    path(ENTRY, entries.EntryView.as_view(), name="entry"),
    path(f"{ENTRY}revisions/", entries.RevisionsView.as_view(), name="revisions"),
    path(f"{ONE}queries/", queries.NewQueryView.as_view(), name="query_new"),
    path(f"{ENTRY}verification/", verification.VerificationView.as_view(), name="verification"),
    path(f"{ENTRY}verification/undo/", verification.UnverifyView.as_view(), name="unverify"),
    path(
        f"{ONE}visits/<slug:visit>/verification/",
        verification.VisitVerificationView.as_view(),
        name="verify_visit",
    ),
    path(
        "verification/",
        verification.VerificationProgressView.as_view(),
        name="verification_progress",
    ),
    path(f"{ONE}closures/", closing.ParticipantClosuresView.as_view(), name="closures_of"),
    path("closures/", closing.ClosuresView.as_view(), name="closures"),
    path("closures/<int:pk>/unfreeze/", closing.UnfreezeView.as_view(), name="unfreeze"),
    path("closures/<int:pk>/unlock-requests/", closing.AskUnlockView.as_view(), name="ask_unlock"),
    path("unlock-requests/", closing.UnlockRequestsView.as_view(), name="unlock_requests"),
    path(
        "unlock-requests/<int:pk>/decision/",
        closing.UnlockDecisionView.as_view(),
        name="decide_unlock",
    ),
    path("monitoring/", monitoring.MonitoringView.as_view(), name="monitoring"),
    path(
        "monitoring/report/",
        monitoring.MonitoringReportView.as_view(),
        name="monitoring_report",
    ),
    path("queries/", queries.QueriesView.as_view(), name="queries"),
    path("queries/<int:pk>/", queries.QueryView.as_view(), name="query"),
    path("queries/<int:pk>/answer/", queries.QueryAnswerView.as_view(), name="query_answer"),
    path("queries/<int:pk>/close/", queries.QueryCloseView.as_view(), name="query_close"),
    path("queries/<int:pk>/reopen/", queries.QueryReopenView.as_view(), name="query_reopen"),
    path(
        "queries/<int:pk>/assignment/",
        queries.QueryAssignmentView.as_view(),
        name="query_assignment",
    ),
    path("audit/events/", trail.EventsView.as_view(), name="audit_events"),
    path(f"{ONE}identity/", identity.IdentityView.as_view(), name="identity"),
    path(f"{ONE}identity/erasure/", identity.ErasureView.as_view(), name="erasure"),
    path(f"{ONE}history/", history.HistoryView.as_view(), name="history"),
    path(f"{ONE}case-summaries/", documents.CaseSummariesView.as_view(), name="case_summaries"),
    path(f"{ONE}signatures/", signatures.SignaturesView.as_view(), name="signatures"),
    path(f"{ONE}lock/", signatures.LockView.as_view(), name="lock"),
    path("scans/", visits.ExpectedScansView.as_view(), name="scans"),
    path("scans/<int:pk>/not-done/", expected.ScanNotDoneView.as_view(), name="scan_not_done"),
    path("intakes/", intakes.IntakesView.as_view(), name="intakes"),
    path(INTAKE, intakes.IntakeView.as_view(), name="intake"),
    path(f"{INTAKE}files/", intakes.IntakeFilesView.as_view(), name="intake_files"),
    path(f"{INTAKE}close/", intakes.IntakeCloseView.as_view(), name="intake_close"),
    path("held/", held.HeldListView.as_view(), name="held_list"),
    path("held/<int:pk>/", held.HeldView.as_view(), name="held"),
    path("held/<int:pk>/match/", held.HeldMatchView.as_view(), name="held_match"),
    path("held/<int:pk>/refuse/", held.HeldRefuseView.as_view(), name="held_refuse"),
    path("nodes/", peers.PeersView.as_view(), name="nodes"),
    path("nodes/<int:pk>/", peers.PeerView.as_view(), name="node"),
    path("series/", series.SeriesListView.as_view(), name="series_list"),
    path("series/<int:pk>/", series.SeriesView.as_view(), name="series"),
    path("series/<int:pk>/quality/", series.QualityView.as_view(), name="quality"),
    path(
        "series/<int:pk>/measurements/",
        measurements.MeasurementsView.as_view(),
        name="measurements",
    ),
    path(
        "series/<int:pk>/suggested_ends/",
        measurements.SuggestionView.as_view(),
        name="suggested_ends",
    ),
    path("measurements/<int:pk>/", measurements.MeasurementView.as_view(), name="measurement"),
    path(
        "measurements/<int:pk>/objects/",
        measurements.MeasurementObjectsView.as_view(),
        name="measurement_objects",
    ),
    path(
        f"measurements/<int:pk>/{PICTURE}",
        measurements.MeasurementPictureView.as_view(),
        name="measurement_picture",
    ),
    path("reads/", reads.ReadsView.as_view(), name="reads"),
    path(READ, reads.ReadView.as_view(), name="read"),
    path(f"{READ}draft/", reads.ReadDraftView.as_view(), name="read_draft"),
    path(f"{READ}lock/", reads.ReadLockView.as_view(), name="read_lock"),
    path(f"{READ}{PICTURE}", reads.CasePictureView.as_view(), name="read_picture"),
    path("readers/", readers.ReadersView.as_view(), name="readers"),
    path("readers/training/", readers.TrainingSetView.as_view(), name="training_set"),
    path("readers/<str:username>/waiver/", readers.WaiverView.as_view(), name="waiver"),
    path("adjudications/", reads.AdjudicationsView.as_view(), name="adjudications"),
    path(
        "adjudications/<slug:reading_id>/draft/",
        reads.AdjudicationDraftView.as_view(),
        name="adjudication_draft",
    ),
    path("adjudications/<slug:reading_id>/", reads.AdjudicationView.as_view(), name="adjudication"),
    path("documents/<int:pk>/", documents.DocumentView.as_view(), name="document"),
    path("documents/<int:pk>/file/", documents.DocumentFileView.as_view(), name="document_file"),
    path("jobs/", jobs.JobsView.as_view(), name="jobs"),
    path("jobs/<uuid:pk>/", jobs.JobView.as_view(), name="job"),
    path("jobs/<uuid:pk>/retry/", jobs.JobRetryView.as_view(), name="job_retry"),
]
