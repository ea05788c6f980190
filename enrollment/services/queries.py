"""Queries: opened, answered, closed or reopened. Only the side that opened one closes it."""

from __future__ import annotations

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.models import Participant, Query, QueryMessage
from enrollment.models.queries import SIDES
from enrollment.places import OF_IMAGING, Place, PlaceKind
from enrollment.protocol.loader import current
from enrollment.query_life import WAITING_FOR_ANSWER, Origin, QueryAct, QueryState, after
from enrollment.query_listing import visible
from enrollment.services import way
from studysite.core.access import require, roles_of
from studysite.core.acts import about, service
from studysite.core.errors import Invalid, NotPermitted, NotThere, OutOfOrder
from studysite.core.models import Membership, Site, User
from studysite.core.roles import POLICY, Action, Role
from studysite.core.said import said

LONGEST_TEXT = 2000
LONGEST_KEY = 18


def find_query(*, by: User, pk: int) -> Query:
    """A query that the person may see; otherwise there is none."""
    rows = visible(by).select_related("participant__site", "opened_by", "assigned_to")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotThere(_("There is no such query."))
    return found


@service(Action.OPEN_QUERY)
def open_query(
    *,
    by: User,
    participant: Participant,
    place: Place,
    text: str,
    assigned_role: str = Role.COORDINATOR,
    assigned_to: User | None = None,
) -> Query:
    """Ask about a part of a record. Whoever is to answer has it on their list of work."""
    require(by, Action.OPEN_QUERY, participant.site)
    row = way.hold_unlocked(participant, visit=place.visit)
    check_place(row, place)
    question = _text(text)
    _check_assignee(row.site, place, assigned_role, assigned_to)
    query = Query.objects.create(
        participant=row,
        kind=place.kind,
        key=place.key,
        visit=place.visit,
        form=place.form,
        repeat=place.repeat,
        name=place.name,
        origin=Origin.MANUAL,
        side=_side_of(by, row.site),
        opened_by=by,
        assigned_role=assigned_role,
        assigned_to=assigned_to,
    )
    say(query, QueryAct.OPENED, question, by)
    about(row.number, said("Query %(number)s opened", number=query.pk))
    return query


@service(Action.ANSWER_QUERY)
def answer_query(*, by: User, query: Query, text: str) -> Query:
    """Answer an open query; its opener's side then closes it or asks again."""
    row = _held(by, query, Action.ANSWER_QUERY)
    if row.assigned_to_id not in {None, by.pk} and not _stands_in(by, row):
        raise NotPermitted(_("This query is for somebody else to answer."))
    return _move(row, QueryAct.ANSWERED, _text(text), by)


@service(Action.CLOSE_QUERY)
def close_query(*, by: User, query: Query, text: str = "") -> Query:
    """Close a query. One that nobody has answered is closed with a word why."""
    row = _held(by, query, Action.CLOSE_QUERY)
    _require_side(by, row)
    if row.state in WAITING_FOR_ANSWER and not text.strip():
        raise Invalid(_("Nobody has answered: say why it is closed all the same."), field="text")
    return _move(row, QueryAct.CLOSED, text.strip()[:LONGEST_TEXT], by)


@service(Action.CLOSE_QUERY)
def reopen_query(*, by: User, query: Query, text: str) -> Query:
    """Ask again: the answer does not settle it, or it was closed too soon."""
    row = _held(by, query, Action.CLOSE_QUERY)
    _require_side(by, row)
    return _move(row, QueryAct.REOPENED, _text(text), by)


@service(Action.ASSIGN_QUERY)
def assign_query(
    *, by: User, query: Query, assigned_role: str, assigned_to: User | None = None, text: str = ""
) -> Query:
    """Say who is to answer: a role, or one person of that role."""
    row = _held(by, query, Action.ASSIGN_QUERY)
    if row.is_closed:
        raise OutOfOrder(_("This query is closed."))
    _check_assignee(row.participant.site, row.place, assigned_role, assigned_to)
    row.assigned_role, row.assigned_to = assigned_role, assigned_to
    row.save(update_fields=["assigned_role", "assigned_to"])
    whom = str(assigned_to) if assigned_to else assigned_role
    say(row, QueryAct.ASSIGNED, text.strip()[:LONGEST_TEXT] or whom, by)
    about(row.participant.number, said("Query %(number)s assigned", number=row.pk))
    return row


def say(query: Query, act: QueryAct, text: str, by: User | None) -> QueryMessage:
    """Put one more message under a query that is held, within the act of a service."""
    last = query.messages.aggregate(last=Max("number"))["last"] or 0
    return QueryMessage.objects.create(query=query, number=last + 1, act=act, text=text, by=by)


def move(query: Query, act: QueryAct, text: str, by: User | None) -> Query:
    """Take a held query to the state that an act leads to, and say so under it."""
    query.state = after(QueryState(query.state), act)
    query.closed_at = timezone.now() if query.state == QueryState.CLOSED else None
    query.save(update_fields=["state", "closed_at"])
    say(query, act, text, by)
    return query


def check_place(participant: Participant, place: Place) -> None:
    """Refuse a part that this participant's record does not have."""
    if place.kind is PlaceKind.PARTICIPANT:
        return
    visit = participant.visits.filter(key=place.visit).first()
    rows = participant.entries.filter(visit=place.visit, form=place.form)
    entered = rows.filter(repeat=place.repeat).exists()
    if visit is None and not entered:
        raise NotThere(_("This participant has no such visit."))
    if place.kind is PlaceKind.SCAN and not (visit and _has_scan(participant, place)):
        raise NotThere(_("This participant has no such scan at this visit."))
    if place.kind is PlaceKind.SERIES and not _has_series(participant, place):
        raise NotThere(_("This participant has no such series at this visit."))
    if place.form and not entered and place.form not in _planned(place.visit):
        raise NotThere(_("This participant has no such form at this visit."))
    if place.kind is PlaceKind.ITEM and not place.has_item:
        raise NotThere(_("This form has no such item."))


def _has_scan(participant: Participant, place: Place) -> bool:
    scans = participant.visits.filter(key=place.visit, scans__sequence=place.name)
    return scans.exists()


def _has_series(participant: Participant, place: Place) -> bool:
    """By the relation alone: imaging is above this room."""
    if not (place.name.isascii() and place.name.isdecimal()) or len(place.name) > LONGEST_KEY:
        return False
    return participant.visits.filter(key=place.visit, scans__series=int(place.name)).exists()


def _planned(visit: str) -> tuple[str, ...]:
    return {plan.key: plan.forms for plan in current().visits}.get(visit, ())


def _held(by: User, query: Query, action: Action) -> Query:
    """The query as it is now, held, of a record that is not locked."""
    require(by, action, query.participant.site)
    find_query(by=by, pk=query.pk)
    participant = way.hold_unlocked(query.participant, visit=query.visit)
    row = Query.objects.select_for_update().get(pk=query.pk)
    row.participant = participant
    return row


def _move(query: Query, act: QueryAct, text: str, by: User) -> Query:
    moved = move(query, act, text, by)
    about(query.participant.number, _came_to(act, query))
    return moved


def _came_to(act: QueryAct, query: Query) -> str:
    """What an act came to, as it is kept."""
    return {
        QueryAct.ANSWERED: said("Query %(number)s answered", number=query.pk),
        QueryAct.CLOSED: said("Query %(number)s closed", number=query.pk),
        QueryAct.REOPENED: said("Query %(number)s reopened", number=query.pk),
    }[act]


def _text(text: str) -> str:
    if not text.strip():
        raise Invalid(_("Write something."), field="text")
    return text.strip()[:LONGEST_TEXT]


def _side_of(by: User, site: Site) -> Role:
    """A person who is both asks as the monitor: a monitor's question is the stricter one."""
    held = roles_of(by, site)
    return next(role for role in SIDES if role in held)


def _require_side(by: User, query: Query) -> None:
    if query.side not in roles_of(by, query.participant.site):
        sentence = _("Only the side that opened this query may do that: %(side)s.")
        raise NotPermitted(sentence % {"side": query.get_side_display()})


def _stands_in(by: User, query: Query) -> bool:
    """Whether the person named can no longer answer, so that anyone of the role may."""
    named = query.assigned_to
    return named is not None and query.assigned_role not in roles_of(named, query.participant.site)


def _check_assignee(site: Site, place: Place, role: str, person: User | None) -> None:
    """Who is to answer must be able to, and must be allowed to know of the place."""
    if role not in POLICY[Action.ANSWER_QUERY]:
        raise Invalid(_("This role does not answer queries."), field="assigned_role")
    if role == Role.ANALYST and place.kind not in OF_IMAGING:
        raise Invalid(_("An imaging analyst is asked about scans alone."), field="assigned_role")
    if person is not None:
        held = Membership.objects.filter(user=person, site=site, role=role)
        if not person.is_active or not held.exists():
            raise Invalid(_("This person does not have this role here."), field="assigned_to")


def open_queries(participant: Participant | None = None, visit: str = "") -> QuerySet[Query]:
    """What is not closed yet, of the study, a participant or a visit."""
    rows = Query.objects.exclude(state=QueryState.CLOSED)
    if participant is not None:
        rows = rows.filter(participant=participant)
    return rows.filter(visit=visit) if visit else rows
