"""Participants: the list, one of them, a new one."""

from __future__ import annotations

from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from enrollment import listing
from enrollment.api.visits import VisitOut
from enrollment.journey import ENDED, State
from enrollment.models import Participant
from enrollment.models.enrolment import LeavingKind
from enrollment.models.participant import Sex, Side
from enrollment.overview import next_state, visits_of
from enrollment.services import way
from enrollment.services.consent import missing_consent
from enrollment.services.screening import screen
from enrollment.vault import Person
from studysite.core.access import may, sites_for
from studysite.core.api_view import In, PageIn, StudyView, operation, page_of, page_out
from studysite.core.errors import Invalid, NotThere
from studysite.core.models import Site, User
from studysite.core.roles import Action


class ParticipantFilterIn(PageIn):
    """What the list is narrowed by: a part of the subject number, a state, a site's code."""

    search = serializers.CharField(max_length=16, allow_blank=True, default="")
    state = serializers.ChoiceField(State.choices, allow_blank=True, default="")
    site = serializers.CharField(max_length=8, allow_blank=True, default="")


class ScreeningIn(In):
    """A new participant. Name, hospital number and birth date go to the vault alone."""

    site = serializers.CharField(
        max_length=8, required=False, help_text="The site's code; needed by whoever has several."
    )
    name = serializers.CharField(max_length=200)
    hospital_number = serializers.CharField(max_length=64)
    birth_on = serializers.DateField()
    sex = serializers.ChoiceField(Sex.choices)
    affected_side = serializers.ChoiceField(Side.choices)
    onset = serializers.CharField(
        max_length=10, allow_blank=True, default="", help_text="YYYY, YYYY-MM or YYYY-MM-DD"
    )
    screened_on = serializers.DateField()


class ParticipantLineOut(serializers.Serializer):
    """A participant in the list. The arm is null for whoever may not see it."""

    number = serializers.CharField(source="participant.number")
    site = serializers.CharField(source="participant.site.code")
    state = serializers.ChoiceField(State.choices, source="participant.state")
    affected_side = serializers.ChoiceField(Side.choices, source="participant.affected_side")
    year_of_birth = serializers.IntegerField(source="participant.year_of_birth")
    screened_on = serializers.DateField(source="participant.screened_on")
    arm = serializers.SerializerMethodField()

    def get_arm(self, line: listing.Line) -> str | None:
        """The arm's key."""
        return line.participant.enrolment.arm if line.arm else None


class StepOut(serializers.Serializer):
    """A step of the way that was taken. No person means the system itself."""

    state = serializers.ChoiceField(State.choices)
    at = serializers.DateTimeField()
    by = serializers.StringRelatedField(allow_null=True)  # type: ignore[var-annotated]
    reason = serializers.CharField()


class EnrolmentOut(serializers.Serializer):
    """A place in an arm."""

    arm = serializers.CharField()
    position = serializers.IntegerField()
    method = serializers.CharField()
    reason = serializers.CharField()
    on = serializers.DateField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]


class ScreenFailureOut(serializers.Serializer):
    """Why somebody did not get in."""

    failed = serializers.ListField(child=serializers.CharField(), source="criteria.failed")
    unknown = serializers.ListField(child=serializers.CharField(), source="criteria.unknown")
    reason = serializers.CharField()
    on = serializers.DateField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]


class WithdrawalOut(serializers.Serializer):
    """How somebody left, and what may stay."""

    kind = serializers.ChoiceField(LeavingKind.choices)
    left_in_state = serializers.ChoiceField(State.choices)
    on = serializers.DateField()
    decided_by = serializers.CharField()
    data_may_stay = serializers.BooleanField()
    images_may_stay = serializers.BooleanField()
    reason = serializers.CharField()
    by = serializers.StringRelatedField()  # type: ignore[var-annotated]


class ParticipantOut(serializers.Serializer):
    """A participant by subject number; the identity is in the vault, not here."""

    number = serializers.CharField()
    site = serializers.CharField(source="site.code")
    state = serializers.ChoiceField(State.choices)
    next_state = serializers.SerializerMethodField()
    protocol_version = serializers.CharField()
    screened_on = serializers.DateField()
    year_of_birth = serializers.IntegerField()
    sex = serializers.ChoiceField(Sex.choices)
    affected_side = serializers.ChoiceField(Side.choices)
    onset = serializers.CharField()
    consent_due = serializers.SerializerMethodField()
    steps = StepOut(many=True)
    visits = serializers.SerializerMethodField()
    enrolment = serializers.SerializerMethodField()
    screen_failure = ScreenFailureOut(allow_null=True, default=None)
    withdrawal = WithdrawalOut(allow_null=True, default=None)

    @extend_schema_field(serializers.ChoiceField(State.choices, allow_null=True))
    def get_next_state(self, row: Participant) -> str | None:
        """The step that comes next; null at the end of the way."""
        following = next_state(row)
        return following.value if following else None

    def get_consent_due(self, row: Participant) -> str | None:
        """The version of the consent form that is to be signed."""
        due = None if row.state in ENDED else missing_consent(row)
        return due.version if due else None

    @extend_schema_field(VisitOut(many=True))
    def get_visits(self, row: Participant) -> Any:
        """The visits on the calendar, each with its forms and expected scans."""
        return VisitOut(visits_of(row, timezone.localdate()), many=True).data

    @extend_schema_field(EnrolmentOut(allow_null=True))
    def get_enrolment(self, row: Participant) -> Any:
        """The arm; null for whoever may not see it."""
        if not hasattr(row, "enrolment") or not may(self.context["by"], Action.SEE_ARM, row.site):
            return None
        return EnrolmentOut(row.enrolment).data


def participant_data(row: Participant, by: User) -> Any:
    """A participant as a person may see one."""
    prefetch_related_objects([row], "steps__by", "consents", "entries", "visits__scans")
    return ParticipantOut(row, context={"by": by}).data


def site_at(by: User, action: Action, code: str) -> Site:
    """One of the person's sites by its code; without a code, the only one."""
    sites = sites_for(by, action)
    found = list(sites.filter(code=code) if code else sites[:2])
    if not found:
        raise NotThere(_("There is no such site."), field="site")
    if len(found) > 1:
        raise Invalid(_("Say at which site."), field="site")
    return found[0]


class ParticipantsView(StudyView):
    """The list, and screening."""

    actions_needed = {"get": Action.SEE_PARTICIPANTS, "post": Action.SCREEN}

    @operation(
        "list_participants",
        query=ParticipantFilterIn,
        gives=page_out("ParticipantPageOut", ParticipantLineOut),
    )
    def get(self, request: Request) -> Response:
        """The participants of the person's sites, narrowed, by subject number."""
        chosen = self.asked(ParticipantFilterIn)
        code = chosen["site"]
        site = site_at(self.by, Action.SEE_PARTICIPANTS, code) if code else None
        found = listing.participants(self.by, q=chosen["search"], state=chosen["state"], site=site)
        rows, page = page_of(found, chosen)
        lines = ParticipantLineOut(listing.lines(rows, self.by), many=True)
        return Response({**page, "results": lines.data})

    @operation("screen_participant", takes=ScreeningIn, gives=ParticipantOut, status=201)
    def post(self, request: Request) -> Response:
        """Screen a person: the site's next subject number, the identity sealed in the vault."""
        given = self.taken(ScreeningIn)
        site = site_at(self.by, Action.SCREEN, given.pop("site", ""))
        names = ("name", "hospital_number", "birth_on")
        person = Person(**{name: given.pop(name) for name in names})
        row = screen(by=self.by, site=site, person=person, **given)
        return Response(participant_data(row, self.by), status=201)


class ParticipantView(StudyView):
    """One participant."""

    actions_needed = {"get": Action.SEE_PARTICIPANTS}

    @operation("show_participant", gives=ParticipantOut)
    def get(self, request: Request, number: str) -> Response:
        """One participant: the way so far, the visits with their forms and scans."""
        row = way.find(by=self.by, number=number, action=Action.SEE_PARTICIPANTS)
        return Response(participant_data(row, self.by))
