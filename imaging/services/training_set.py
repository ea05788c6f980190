"""The training set: scans simulated, measured and drawn by the worker, once for the study."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.protocol.loader import current
from imaging.models import TrainingCase
from imaging.nerve.measure import measure
from imaging.nerve.phantom import simulate
from imaging.nerve.result import Ends
from imaging.nerve.table import to_json_dict
from imaging.services.drawing import draw
from imaging.services.viewing import keep_parts
from imaging.training_truth import right_answers
from studysite.core import jobs
from studysite.core.access import require
from studysite.core.acts import about, acting, service
from studysite.core.errors import Conflict, OutOfOrder
from studysite.core.models import JobState, User
from studysite.core.roles import Action
from studysite.core.said import said

# Taken in turn. Every second has its finding on the other side, so that a side is no clue.
SCENARIOS = ("indented", "near-vein", "touching", "head", "arc")
FIRST_SEED = 4645277


@service(Action.MANAGE_READERS)
def make_training_set(*, by: User) -> list[TrainingCase]:
    """Ask for the training cases that the protocol wants and that are not there yet."""
    require(by, Action.MANAGE_READERS)
    wanted = current().reading.training_cases
    if not wanted:
        raise OutOfOrder(_("The protocol asks for no training of readers."))
    there = set(TrainingCase.objects.values_list("number", flat=True))
    made = [_ask(number, by) for number in range(1, wanted + 1) if number not in there]
    for case in TrainingCase.objects.filter(job__state=JobState.FAILED).select_related("job"):
        if case.job:
            jobs.retry(case.job)
            made.append(case)
    if not made:
        raise Conflict(_("The training cases are there already."))
    about("", said("%(count)s training cases asked for", count=len(made)))
    return made


def _ask(number: int, by: User) -> TrainingCase:
    arms = current().arms
    case = TrainingCase.objects.create(
        number=number,
        scenario=SCENARIOS[(number - 1) % len(SCENARIOS)],
        seed=FIRST_SEED + number,
        techniques=list(arms[(number - 1) % len(arms)].techniques),
    )
    case.job = jobs.ask(
        kind="training", key=f"training:{number}", target=str(case.pk), subject="", by=by
    )
    case.save(update_fields=["job"])
    return case


def perform(held: jobs.Held) -> None:
    """Do the job of one training case. The numbers are computed outside any transaction."""
    row = TrainingCase.objects.get(pk=held.job.target)
    if row.ready_at:
        with held.storing():
            return
    held.progress(0.05, said("Simulating a scan"))
    affected = "left" if row.number % 2 else "right"
    phantom = simulate(row.scenario, seed=row.seed, affected=affected)
    held.progress(0.2, said("Measuring the simulated nerves"))
    result = _measured(phantom)
    held.progress(0.7, said("Drawing the pictures"))
    pictures = draw(phantom.volume, result, marked=False)
    parts = keep_parts(phantom.volume, result, phantom.tof)
    with acting(held.job.requested_by, Action.MANAGE_READERS), held.storing():
        row.truth = right_answers(phantom.truth)
        row.pictures, row.parts = pictures, parts
        row.ready_at = timezone.now()
        row.save()
        about("", said("Training case %(number)s is ready", number=row.number))


def _measured(phantom: Any) -> dict[str, Any]:
    ends = {
        side: Ends(tuple(points["brainstem_mm"]), tuple(points["canal_mm"]))
        for side, points in phantom.truth["ends"].items()
    }
    report = measure(phantom.volume, ends, tof=phantom.tof)
    made_of = hashlib.sha256(phantom.tof.voxels.tobytes()).hexdigest() if phantom.tof else None
    return to_json_dict(report, sha256="", version=settings.VERSION, tof_sha256=made_of)
