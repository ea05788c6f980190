"""The case summary as a document: what it says, to whom it says nothing."""

from __future__ import annotations

import subprocess
from html.parser import HTMLParser
from io import BytesIO

import pikepdf
import pytest
from django.utils import timezone

from enrollment.models import ExpectedScan
from enrollment.services.enrolment import withdraw
from reports.case.content import case_of
from reports.catalog.case_summary import Made, page_of, render
from reports.pdf import Pdf
from reports.services.case_summary import render_case
from reports.services.signing import sign_case
from studysite.core.said import say
from tests.reports import factory, results

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


class Words(HTMLParser):
    """The words of a page, markup and style left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        if self.lasttag != "style":
            self.found.append(data)


def said(participant, language="en") -> str:
    """What the document says, before it is set on pages."""
    words = Words()
    words.feed(page_of(case_of(participant), language=language, kept={})[0])
    return " ".join(" ".join(words.found).split())


def text_of(pdf: Pdf) -> str:
    """The text as a reader of the file gets it, lines joined."""
    command = ["pdftotext", "-layout", "-", "-"]
    done = subprocess.run(command, input=pdf.content, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def made(participant, language="en", **more) -> Pdf:
    return render(case_of(participant), language=language, kept={}, **more)


def test_both_nerves_numbers_have_units_and_uncertainty(finished):
    pdf = made(finished)
    text = text_of(pdf)
    assert f"Page 1 of {pdf.pages_count}" in text
    assert "Left (affected) Right (unaffected)" in text
    assert "Mean CSA 1.14 ± 0.02 1.52 ± 0.02 mm²" in text
    assert "Minimum CSA 0.81 ± 0.05 1.31 ± 0.05 mm²" in text
    assert "Volume 17.3 ± 0.3 23.1 ± 0.3 mm³" in text
    assert "Minimum CSA at 3.4 3.4 mm" in text


def test_every_part_of_the_case_is_there(finished, cast):
    text = said(finished)
    for part in (
        finished.number,
        "NCT04645277",
        "3D reconstruction (CPR and MRVE)",
        "Not randomised: assigned by Chen Li",
        "Neurology letter and examination.",
        "512 × 512 × 96",
        say(factory.DEPARTURE),
        "score 4 of 5",
        "Vessels at the nerve",
        "Both readers agree",
        "Root detachment point",
        "III: interferes with vision",
        "Nobody has signed this case.",
        "This case is not signed yet.",
        "Who did what when",
        case_of(finished).content.sha256,
    ):
        assert part in text


def test_no_identity_is_in_the_document(finished):
    pdf = made(finished)
    with pikepdf.open(BytesIO(pdf.content)) as read:
        streams = b"".join(
            each.read_bytes() for each in read.objects if isinstance(each, pikepdf.Stream)
        )
    everything = text_of(pdf) + streams.decode("latin-1") + pdf.content.decode("latin-1")
    assert [word for word in factory.CANARY_WORDS if word in everything] == []


def test_chinese_is_text_and_not_a_drawing(finished):
    pdf = made(finished, "zh-hans")
    text = text_of(pdf)
    assert "平均横截面积 1.14 ± 0.02 1.52 ± 0.02 mm²" in text
    assert "面肌痉挛患者磁共振成像研究" in text
    assert f"第 1 页，共 {pdf.pages_count} 页" in text
    with pikepdf.open(BytesIO(pdf.content)) as read:
        assert read.Root.Lang == "zh-Hans"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_made_again_it_has_the_same_bytes(finished, cast, language):
    words = Made(2, str(cast.investigator), timezone.now())
    assert made(finished, language, made=words) == made(finished, language, made=words)


def test_its_dates_are_those_of_the_record(finished):
    case = case_of(finished)
    with pikepdf.open(BytesIO(made(finished).content)) as read:
        local = timezone.localtime(case.as_of)
        assert str(read.docinfo["/CreationDate"]).startswith(f"D:{local:%Y%m%d%H%M%S}")


def test_it_is_tagged_with_heads_tables_and_described_pictures(cast):
    participant = factory.measured(cast, pictures=True)
    pdf = render_case(case_of(participant), "en")
    with pikepdf.open(BytesIO(pdf.content)) as read:
        tags = [
            each
            for each in read.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/StructElem"
        ]
    kinds = {str(tag.S) for tag in tags}
    assert {"/H1", "/H2", "/Table", "/TH", "/Figure"} <= kinds
    alts = [str(tag.get("/Alt", "")) for tag in tags if tag.S == "/Figure"]
    assert len(alts) == 9
    assert all("mean csa" in alt.lower() for alt in alts)
    assert any(alt.startswith("Virtual endoscopy. Left (affected).") for alt in alts)


def test_a_refused_nerve_shows_its_reason_and_no_number(cast):
    participant = factory.measured(cast, results.result(right=results.REFUSED))
    text = said(participant)
    assert f"Right (unaffected): refused. {results.REFUSED['reason']}" in text
    assert "Mean CSA 1.14 ± 0.02 — mm²" in text


def test_what_is_missing_is_said_in_words(cast):
    text = said(factory.screened(cast))
    for sentence in (
        "Not enrolled in an arm",
        "Nothing was measured, read or found at surgery yet.",
        "No consent is recorded.",
        "No scan is expected yet",
        "The nerve was not measured.",
        "No read is finished.",
        "No surgical finding is recorded.",
    ):
        assert sentence in text


def test_a_scan_that_will_not_come_is_not_waited_for(cast):
    participant = factory.enrolled(cast)
    assert ExpectedScan.objects.filter(visit__participant=participant).update(state="not_done")
    text = said(participant)
    assert "Recorded as not coming." in text
    assert "Nothing received yet." not in text


def test_a_picture_that_is_lost_leaves_the_rest(cast):
    participant = factory.measured(cast, pictures=True)
    text = said(participant)
    assert "There are no pictures of this measurement." in text
    assert "Mean CSA 1.14 ± 0.02" in text


def test_a_signature_shows_name_meaning_and_validity(finished, cast):
    sign_case(
        by=cast.investigator,
        participant=finished,
        password=factory.PASSWORD,
        meaning="Reviewed and approved",
    )
    assert "Chen Li Reviewed and approved" in said(finished)
    finished.entries.filter(form="severity").update(answers={})
    text = said(finished)
    assert "Not valid" in text
    assert "a signature is not valid" in text


def test_data_that_may_not_stay_are_not_shown(finished, cast):
    withdraw(
        by=cast.coordinator,
        participant=finished,
        kind="withdrawn",
        on=timezone.localdate(),
        decided_by="participant",
        data_may_stay=False,
        reason="Moved away",
    )
    text = said(finished)
    assert "does not let the data stay" in text
    assert "1.14" not in text
    assert "Neurology letter" not in text
    assert "Left out: the participant does not let the data stay." in text
    assert "Left out" in text
    for found_out in ("1975", "2018-05", "Reason: "):
        assert found_out not in text
    for untrue in ("No read is finished", "was not measured", "No form is entered", "planned at",
                   "Nothing was measured"):  # fmt: skip
        assert untrue not in text


def test_images_that_may_not_stay_are_not_shown_nor_what_came_of_them(finished, cast):
    withdraw(
        by=cast.coordinator,
        participant=finished,
        kind="withdrawn",
        on=timezone.localdate(),
        decided_by="participant",
        data_may_stay=True,
        images_may_stay=False,
        reason="Moved away",
    )
    text = said(finished)
    assert "the images may not: what came of them is left out" in text
    assert "Left out: the participant does not let the images stay." in text
    for of_images in ("1.14", "512 × 512 × 96", "Both readers agree", "score 4 of 5"):
        assert of_images not in text
    for kept in ("Neurology letter", "Root detachment point"):
        assert kept in text


def test_what_people_wrote_is_text_and_not_markup(finished):
    evidence = "<img src=file:///etc/passwd> & <b>bold</b>"
    finished.judgements.filter(criterion="I1").update(evidence=evidence)
    assert "<b>bold</b>" in said(finished)
