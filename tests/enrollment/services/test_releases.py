"""Which version of the protocol is in force."""

from __future__ import annotations

import pytest

from enrollment.definitions import at_visit
from enrollment.models import ProtocolRelease
from enrollment.protocol.loader import FOLDER, ProtocolError, current, versions
from enrollment.services.releases import release_protocol
from studysite.core.errors import Conflict, Invalid, NotPermitted, NotThere
from studysite.core.models import Act, User


def test_the_first_version_is_in_force_until_another_is_released(data_manager: User) -> None:
    assert list(versions("nct04645277")) == ["1.0", "1.1", "1.2"]
    assert current().version == "1.0"
    row = release_protocol(by=data_manager, version="1.1", reason="Approved.")
    assert current().version == "1.1"
    assert row.sha256 == current().sha256
    assert Act.objects.get(action="release_protocol").reason == "Approved."


def test_the_amendment_chooses_more_scales(data_manager: User) -> None:
    def scales() -> set[str]:
        return {section.key for section in at_visit("severity", "baseline").sections}

    assert scales() == {"smc", "cohen_albert", "jrs"}
    release_protocol(by=data_manager, version="1.1", reason="Approved.")
    assert scales() == {"smc", "cohen_albert", "jrs", "hfs_7", "hfs_36"}
    at_discharge = {section.key for section in at_visit("severity", "discharge").sections}
    assert at_discharge == {"smc", "cohen_albert", "jrs"}


def test_only_a_newer_known_version_comes_into_force_with_a_reason(data_manager: User) -> None:
    with pytest.raises(NotThere):
        release_protocol(by=data_manager, version="9.9", reason="x")
    with pytest.raises(Invalid):
        release_protocol(by=data_manager, version="1.1", reason=" ")
    with pytest.raises(Conflict):
        release_protocol(by=data_manager, version="1.0", reason="Back.")
    release_protocol(by=data_manager, version="1.1", reason="Approved.")
    with pytest.raises(Conflict):
        release_protocol(by=data_manager, version="1.1", reason="Again.")
    assert ProtocolRelease.objects.count() == 1


def test_a_released_version_that_changed_is_refused(data_manager: User) -> None:
    row = release_protocol(by=data_manager, version="1.1", reason="Approved.")
    row.sha256 = "0" * 64
    row.save()
    with pytest.raises(ProtocolError, match="has changed since its release"):
        current()


def test_a_data_manager_alone_releases(coordinator: User, investigator: User) -> None:
    for user in (coordinator, investigator):
        with pytest.raises(NotPermitted):
            release_protocol(by=user, version="1.1", reason="x")


def test_every_version_of_the_protocol_loads() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == {
        "nct04645277",
        "nct04645277-1.1",
        "nct04645277-1.2",
    }
