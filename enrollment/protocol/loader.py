"""From a protocol file to its frozen rows, or one sentence that says what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from enrollment.allocation import Design, faults
from enrollment.crfs.registry import FORMS, form_of, order_of, versions_of
from enrollment.protocol import subscales
from enrollment.protocol.amendment import merged
from enrollment.protocol.definition import (
    Allocation,
    Arm,
    ConsentDocument,
    Criterion,
    Limits,
    Protocol,
    ReadingPlan,
    VerificationPlan,
)
from enrollment.protocol.errors import ProtocolError
from enrollment.protocol.in_force import release_of
from enrollment.protocol.outcome_plan import outcome_plan
from enrollment.protocol.plans import scan_plan, visit_plan

FOLDER = Path(__file__).parent
NAME = re.compile(r"[a-z0-9.-]+")
SOURCES = {"investigator", "affected_side", "duration", "age"}


@cache
def load(name: str) -> Protocol:
    """Read `<name>.toml` beside this file."""
    return parse((FOLDER / f"{name}.toml").read_bytes())


def as_plain(protocol: Protocol) -> dict[str, Any]:
    """What a version says, as JSON's own types, to be compared with another."""
    told = asdict(protocol)
    del told["sha256"]
    return json.loads(json.dumps(told, default=str))


@cache
def versions(name: str) -> dict[str, Protocol]:
    """Every version of a protocol, the oldest first: `<name>.toml` and its amendments
    `<name>-<version>.toml`."""
    # The name may be a path, of a protocol that lies elsewhere.
    place = FOLDER / name
    found = [
        load(str(place.parent / each.stem)) for each in place.parent.glob(f"{place.name}*.toml")
    ]
    return {each.version: each for each in sorted(found, key=lambda row: order_of(row.version))}


def refuse_unusable() -> None:
    """Raises ImproperlyConfigured, in a sentence, when PROTOCOL names nothing that can be used: the
    study does not start then."""
    try:
        known = versions(settings.PROTOCOL)
    except ProtocolError as refusal:
        raise ImproperlyConfigured(f"PROTOCOL={settings.PROTOCOL}: {refusal}") from refusal
    if not known:
        sentence = "there is no such protocol file"
        raise ImproperlyConfigured(f"PROTOCOL={settings.PROTOCOL}: {sentence}.")


def current() -> Protocol:
    """The version of the protocol that is in force: what was released last, or the first one."""
    known = versions(settings.PROTOCOL)
    if len(known) == 1:
        return next(iter(known.values()))
    released = release_of(settings.PROTOCOL)
    if released is None:
        return next(iter(known.values()))
    version, sha256 = released
    if version not in known or known[version].sha256 != sha256:
        sentence = _("Version %(version)s of the protocol has changed since its release.")
        raise ProtocolError(sentence % {"version": version})
    return known[version]


def parse(content: bytes) -> Protocol:
    """A protocol from its file's bytes. Raises ProtocolError with a sentence."""
    try:
        raw = read(content)
        protocol = _protocol(raw, hashlib.sha256(all_of(content)).hexdigest())
        _check(protocol)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(f"The protocol file is not readable TOML: {error}.") from error
    except KeyError as error:
        raise ProtocolError(f"The protocol file lacks {error}.") from error
    except (TypeError, ValueError) as error:
        raise ProtocolError(f"The protocol file holds what does not belong: {error}.") from error
    return protocol


def all_of(content: bytes) -> bytes:
    """The bytes that a version rests on: of an amendment, those of what it amends first."""
    amended = tomllib.loads(content.decode("utf-8")).get("amends")
    return content if amended is None else all_of(_bytes(amended)) + content


def read(content: bytes) -> dict[str, Any]:
    """A file's tables; an amendment says what it amends and only what is new."""
    raw = tomllib.loads(content.decode("utf-8"))
    amended = raw.pop("amends", None)
    if amended is None:
        return raw
    whole = merged(read(_bytes(amended)), raw)
    return dict(whole)


def _bytes(name: str) -> bytes:
    if not NAME.fullmatch(name) or not (FOLDER / f"{name}.toml").is_file():
        raise ProtocolError(f"There is no protocol {name} to amend.")
    return (FOLDER / f"{name}.toml").read_bytes()


def _protocol(raw: dict[str, Any], sha256: str) -> Protocol:
    return Protocol(
        id=raw["id"],
        version=raw["version"],
        sha256=sha256,
        registry_id=raw["registry_id"],
        site_protocol_id=raw["site_protocol_id"],
        title_en=raw["title"],
        title_zh=raw["title_zh"],
        acronym=raw["acronym"],
        sponsor=raw["sponsor"],
        study_type=raw["study_type"],
        reading=_reading(raw),
        severity_scales=tuple(raw["severity_scales"]),
        jrs_wording=raw["jrs_wording"],
        hfs_30_subscales={
            key: tuple(numbers) for key, numbers in raw.get("hfs_30_subscales", {}).items()
        },
        form_versions=dict(raw["forms"]),
        missing_after_days=raw["missing_after_days"],
        allocation=_allocation(raw),
        verification=VerificationPlan(**raw["verification"]),
        arms=tuple(
            Arm(row["key"], row["label"], row["label_zh"], tuple(row["techniques"]), row["target"])
            for row in raw["arms"]
        ),
        consent_documents=tuple(
            ConsentDocument(row["version"], row["released_on"], tuple(row["languages"]))
            for row in raw["consent"]["documents"]
        ),
        limits=Limits(**raw["limits"]),
        criteria=tuple(
            Criterion(row["id"], row["text"], row["text_zh"], row["kind"], row["source"])
            for row in raw["criteria"]
        ),
        visits=tuple(visit_plan(row, raw["severity_scales"]) for row in raw["visits"]),
        scans=tuple(scan_plan(row) for row in raw["scans"]),
        outcomes=outcome_plan(raw.get("outcomes", {})),
    )


def _allocation(raw: dict[str, Any]) -> Allocation:
    told = raw["allocation"]
    if told["method"] != "randomised":
        return Allocation(told["method"])
    # A stratum may take everybody, so each has as many slots as all arms together have places.
    places = sum(row["target"] for row in raw["arms"])
    sizes, slots = tuple(told["block_sizes"]), told.get("slots", places)
    return Allocation(told["method"], tuple(told["strata"]), sizes, slots)


def _reading(raw: dict[str, Any]) -> ReadingPlan:
    told = dict(raw.get("reading", {}))
    if "discrepancy" in told:
        told["discrepancy"] = tuple(told["discrepancy"])
    return ReadingPlan(design=raw["reading_design"], **told)


def design_of(protocol: Protocol) -> Design:
    """What the allocation list of a protocol is drawn for."""
    chosen = protocol.allocation
    arms = tuple((arm.key, arm.target) for arm in protocol.arms)
    return Design(arms, chosen.strata, chosen.block_sizes, chosen.slots)


def _check(protocol: Protocol) -> None:
    order_of(protocol.version)
    for name in ("arms", "criteria", "visits", "scans"):
        keys = [row.key for row in getattr(protocol, name)]
        if len(set(keys)) != len(keys):
            raise ProtocolError(f"Two {name} of the protocol have the same key.")
    if protocol.allocation_method not in {"assigned", "randomised"}:
        raise ProtocolError("Arms are allocated by `assigned` or by `randomised`.")
    if any(arm.target < 1 for arm in protocol.arms):
        raise ProtocolError("Each arm of the protocol needs a target of at least one.")
    if protocol.allocation.randomised and (found := faults(design_of(protocol))):
        raise ProtocolError(found[0])
    visits = {visit.key for visit in protocol.visits}
    if lost := [scan.key for scan in protocol.scans if scan.visit not in visits]:
        raise ProtocolError(f"The scan {lost[0]} belongs to a visit that the protocol lacks.")
    _check_forms(protocol)
    _check_verification(protocol.verification)
    _check_reading(protocol)
    for criterion in protocol.criteria:
        known = criterion.source in SOURCES or "." in criterion.source
        if criterion.kind not in {"inclusion", "exclusion"} or not known:
            raise ProtocolError(f"Criterion {criterion.key} has an unknown kind or source.")


def _check_verification(plan: VerificationPlan) -> None:
    if plan.kind not in {"all", "share", "critical"}:
        raise ProtocolError("The verification plan is `all`, `share` or `critical`.")
    if not 0 <= plan.share <= 1 or (plan.kind == "share" and not plan.seed):
        raise ProtocolError("The verification plan needs a share of 0 to 1, and its seed.")


def _check_reading(protocol: Protocol) -> None:
    plan = protocol.reading
    if plan.design not in {"by_arm", "paired"}:
        raise ProtocolError("Cases are read `by_arm`, or `paired` in both techniques.")
    if plan.paired and not all(protocol.other_techniques(arm.key) for arm in protocol.arms):
        raise ProtocolError("Paired reading needs a technique that the case's own arm has not.")
    if not 0 <= plan.repeat_share <= 1 or (plan.repeat_share and not plan.repeat_seed):
        raise ProtocolError("Repeated reading needs a share of 0 to 1, and its seed.")
    if min(plan.washout_days, plan.repeat_after_days, plan.training_cases) < 0:
        raise ProtocolError("Days and training cases of the reading plan are not below nothing.")
    read = form_of("neurovascular_read", protocol.form_versions["neurovascular_read"])
    known = {item.name for item in read.items}
    lost = [name for name in plan.discrepancy if f"left_{name}" not in known]
    if lost or not plan.discrepancy:
        raise ProtocolError("Readers are compared by answers that the read asks of each side.")


def _check_forms(protocol: Protocol) -> None:
    for key, version in protocol.form_versions.items():
        if key not in FORMS or version not in versions_of(key):
            raise ProtocolError(f"There is no version {version} of the form {key}.")
    for visit in protocol.visits:
        for key in visit.forms:
            if key not in protocol.form_versions:
                raise ProtocolError(f"The protocol names no version of the form {key}.")
    severity = form_of("severity", protocol.form_versions.get("severity", ""))
    known = {section.key for section in severity.sections}
    items = {item.name for item in severity.items}
    if found := subscales.faults(protocol.hfs_30_subscales, items):
        raise ProtocolError(found[0])
    chosen = {scale for visit in protocol.visits for scale in visit.scales}
    if lost := (chosen | set(protocol.severity_scales)) - known:
        raise ProtocolError(f"There is no severity scale {sorted(lost)[0]}.")
