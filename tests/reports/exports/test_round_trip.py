"""Export, wipe, import: the same data and the same trail, on either engine; a file that somebody
touched is refused and leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from enrollment.models import FormEntry
from enrollment.places import of_item
from enrollment.services.forms import save_form
from enrollment.services.queries import open_query
from reports.case.dataset import dataset_sha256
from reports.exports.formats import FORMATS, write_export
from reports.exports.scope import everything
from reports.imports.take_in import IMPORT
from reports.services.signing import sign_case
from studysite.core.audit import install, verify
from studysite.core.audit.events import AuditEvent
from studysite.core.audit.sealing import newest, public_key
from studysite.core.audit.tables import covered
from studysite.core.models import Act, User
from tests import audit
from tests.engines import ENGINES, connected_to
from tests.reports import factory

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
WHOLE = [key for key, form in FORMATS.items() if form.takes_in]
# What an import itself changes: it is on record, and nobody has a password any more.
BY_IMPORT = {"core_act", "core_user"}


@dataclass(frozen=True)
class Exported:
    """A study that was exported: its files, the checkpoint that somebody holds, and what it was."""

    files: dict[str, Path]
    held: Path
    dataset: str
    trail: list[tuple[Any, ...]]
    rows: dict[str, list[Any]]


def rows_now() -> dict[str, list[Any]]:
    """Every row of every covered table, secrets left out."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for table in covered("default"):
            names = ", ".join(f'"{each.name}"' for each in table.columns if not each.secret)
            cursor.execute(f'SELECT {names} FROM "{table.name}" ORDER BY 1')  # noqa: S608
            found[table.name] = [tuple(map(str, row)) for row in cursor.fetchall()]
    return found


def trail_now() -> list[tuple[Any, ...]]:
    return list(AuditEvent.objects.order_by("seq").values_list())


@pytest.fixture(params=ENGINES)
def empty(
    request: pytest.FixtureRequest,
    study_databases: dict[str, str],
    copy_of: Callable[[str, str], str],
) -> Callable[[str], Any]:
    """Connect to a migrated study of one's own that holds nothing; its place to verify."""

    @contextmanager
    def made(name: str) -> Iterator[str]:
        url = copy_of(study_databases[request.param], name)
        with connected_to(url):
            audit.introduce("default")
            yield url.removeprefix("sqlite:///")

    return made


def lived(folder: Path) -> Exported:
    """A case that was corrected, signed and queried, in every format that carries it."""
    with transaction.atomic("vault"):
        cast = factory.make_cast()
        case = factory.finished(cast)
        transaction.set_rollback(True, "vault")
    entry = FormEntry.objects.get(participant=case, form="demographics")
    save_form(
        by=cast.coordinator, participant=case, form="demographics", visit="screening",
        answers=entry.answers | {"other_treatment": "A \uffff line\r\n\tand 另一 \"quote\""},
        seen_revision=entry.revision, submit=True, reason="As <in> the source",
    )  # fmt: skip
    place = of_item("baseline", "severity", "smc_grade")
    open_query(by=cast.monitor, participant=case, place=place, text="Is this so?")
    meaning = "Reviewed and approved"
    sign_case(by=cast.investigator, participant=case, password=factory.PASSWORD, meaning=meaning)
    files = {}
    for key in WHOLE:
        files[key] = folder / f"{key}.xml"
        write_export(files[key], FORMATS[key], everything(), lambda _share: None)
    point = newest()
    assert point is not None
    (folder / "held.json").write_text(point.as_text())
    return Exported(files, folder / "held.json", dataset_sha256(), trail_now(), rows_now())


def take_in(path: Path, *more: str) -> str:
    out = StringIO()
    call_command("import_study", str(path), *more, stdout=out)
    return out.getvalue()


def test_what_was_exported_comes_back(empty: Callable[[str], Any], tmp_path: Path) -> None:
    with empty("origin"):
        before = lived(tmp_path)
    for key in WHOLE:
        with empty(f"again_{key}") as place:
            said = take_in(before.files[key], "--checkpoint", str(before.held))
            assert before.dataset in said
            assert dataset_sha256() == before.dataset
            after, trail = rows_now(), trail_now()
            assert {name for name in after if after[name] != before.rows[name]} <= {"core_act"}
            assert trail[: len(before.trail)] == before.trail
            assert {event[3] for event in trail[len(before.trail) :]} == BY_IMPORT
            assert not any(user.has_usable_password() for user in User.objects.all())
            assert Act.objects.filter(action=IMPORT).count() == 1
            assert install.faults("default") == []
            assert verify.verify(place, [str(before.held)], public_key())[0] == []
            with pytest.raises(CommandError, match="There is a study here already") as refusal:
                take_in(before.files[key])
            assert refusal.value.returncode == 3
            newer = factory.person(
                "new", "New One", factory.Role.MONITOR, factory.Site.objects.get()
            )
            assert newer.pk > max(int(row[0]) for row in before.rows["core_user"])


Change = Callable[[str], str]


def _first(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new, 1)


def _last(old: str, new: str) -> Change:
    return lambda text: new.join(text.rsplit(old, 1))


def _without_checkpoint(text: str) -> str:
    group = '<ItemGroupData ItemGroupOID="IG.trail" ItemGroupRepeatKey="checkpoint'
    return text[: text.rindex(group)] + text[text.index("</ReferenceData>") :]


def _other_past(text: str) -> str:
    before, after = text.split("<ReferenceData", 1)
    return f"{before}<ReferenceData{after.replace('III', 'IV', 1)}"


SMC = 'smc_grade" TransactionType="Insert" Value="%s"'
TAMPERED: dict[str, tuple[Change, str]] = {
    "an answer": (_last(SMC % "III", SMC % "IV"), "its own audit trail"),
    "a sex": (_last('Value="female"', 'Value="male"'), "its own audit trail"),
    "a question": (_first("Handedness", "Handiness"), "its own audit trail"),
    "the past": (_other_past, "differs up to event"),
    "the end": (_without_checkpoint, "the end of the trail"),
    "the digest": (_first('Description="dataset ', 'Description="dataset 0'), "can be read"),
    "the checkpoint": (_first("checkpoint MRI", "checkpoint MRX"), "head of the file"),
    "a part": (_first('Granularity="All"', 'Granularity="SingleSite"'), "part of the study"),
    "an entity": (_first("<ODM ", "<!DOCTYPE ODM [<!ENTITY a 'b'>]>\n<ODM "), "can be read"),
    "half of it": (lambda text: text[: len(text) // 2], "can be read"),
    "nothing": (lambda text: "", "can be read"),
}


def test_a_file_that_somebody_touched_is_refused_and_leaves_nothing(
    empty: Callable[[str], Any], tmp_path: Path
) -> None:
    with empty("origin"):
        before = lived(tmp_path)
    text = before.files["odm132"].read_bytes().decode()
    with empty("target"):
        rows, trail = rows_now(), trail_now()
        for what, (change, sentence) in TAMPERED.items():
            touched = tmp_path / "touched.xml"
            changed = change(text)
            assert changed != text, what
            touched.write_bytes(changed.encode())
            with pytest.raises(CommandError, match=sentence) as refusal:
                take_in(touched)
            assert refusal.value.returncode == 3, what
            assert (rows_now(), trail_now()) == (rows, trail), what
            assert install.faults("default") == []
        assert take_in(before.files["odm132"])
