"""Signing a case."""

from __future__ import annotations

from django.utils.translation import gettext as _

from enrollment.journey import State
from enrollment.models import Participant
from enrollment.services import way
from reports.case.content import content_of
from reports.case.record import SIGNATURE_KIND, signatures_of
from studysite.core.access import require
from studysite.core.acts import about, service
from studysite.core.errors import Conflict, Invalid, OutOfOrder
from studysite.core.models import Signature, User
from studysite.core.roles import Action
from studysite.core.said import said, word
from studysite.core.signing import sign


def must_be_renewed(participant: Participant) -> bool:
    """Whether a signed case's newest signature holds no longer."""
    if participant.state != State.SIGNED:
        return False
    signatures = signatures_of(participant, content_of(participant).sha256)
    return not (signatures and signatures[-1].valid)


@service(Action.SIGN_CASE)
def sign_case(
    *,
    by: User,
    participant: Participant,
    password: str,
    code: str = "",
    meaning: str,
    seen_sha256: str = "",
) -> Signature:
    """Sign a case as it is now, with the password again. Its content may not change afterwards
    without the signature showing as not valid. `seen_sha256` is the digest of the content that the
    person looked at: content that was changed meanwhile is never signed unseen."""
    require(by, Action.SIGN_CASE, participant.site)
    if not meaning.strip():
        raise Invalid(_("Say what the signature means."), field="meaning")
    row = way.hold(participant, locked_only=True)
    # A signature that no longer holds is renewed; one that holds is enough.
    if row.state != State.SURGERY_RECORDED and not must_be_renewed(row):
        sentence = _(
            "%(number)s is %(state)s; a case is signed once its surgical finding is there."
        )
        raise OutOfOrder(sentence % {"number": row.number, "state": row.get_state_display()})
    content_sha256 = content_of(row).sha256
    if seen_sha256 and seen_sha256 != content_sha256:
        raise Conflict(
            _("The content was changed after you opened it; look at it again before you sign."),
            code="changed_meanwhile",
        )
    signature = sign(
        by=by,
        password=password,
        code=code,
        subject=row.number,
        kind=SIGNATURE_KIND,
        content_sha256=content_sha256,
        meaning=meaning.strip(),
    )
    about(row.number, said("Case signed: %(meaning)s", meaning=word(signature.meaning)))
    if row.state == State.SURGERY_RECORDED:
        way.step(row, State.SIGNED)
    participant.refresh_from_db()
    return signature
