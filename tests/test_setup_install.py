"""The set-up on machines that lack something, played by stand-ins for Debian's and Python's tools.

The real thing is what every run of `make test` on a bare machine begins with.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ["bash", "cat", "chmod", "cp", "dirname", "env", "ln", "mkdir", "rm", "sha256sum"]
DEBIAN = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk"]
DEBIAN += ["fonts-dejavu-core", "libegl1", "libgl1-mesa-dri"]
FOR_TESTS = ["chromium", "poppler-utils", "postgresql", "redis-server", "gettext", "dcmtk"]
FOR_TESTS += ["dicom3tools", "libfaketime"]
# Makes .venv as python -m venv does; the Python in it "installs" a uv that writes down its calls.
PYTHON = """
case "$*" in
  -c*) exit 0 ;;
  --version) echo Python 3.11.2 ;;
  "-m venv"*) mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  "-m pip"*) [[ -f registry ]] || { echo "no such host" >&2; exit 1; }
    mkdir -p .venv/uv/bin; cp uv-stand-in .venv/uv/bin/uv ;;
esac
"""
UV = '[[ -f registry ]] || { echo "no such host" >&2; exit 1; }; echo "${@: -1}" >>uv-calls'


class Machine:
    """A checkout in a folder with a space in its name, on a machine with only these tools."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "my study"
        self.tools = folder / "tools"
        self.tools.mkdir()
        (self.checkout / "studysite").mkdir(parents=True)
        for name in ("studysite/install.sh", "requirements-uv.lock"):
            shutil.copy(ROOT / name, self.checkout / name)
        for name in ("requirements.lock", "requirements-dev.lock"):
            (self.checkout / name).write_text("numpy==2.4.6\n")
        for name in TOOLS:
            (self.tools / name).symlink_to(str(shutil.which(name)))
        self.has("id", "echo 0")
        self.has_packages(*DEBIAN)
        self.has("python3.11", PYTHON)
        self.script(self.checkout / "uv-stand-in", UV)
        self.registry = self.checkout / "registry"
        self.registry.touch()

    def has(self, name: str, text: str) -> None:
        """Give the machine a tool."""
        self.script(self.tools / name, text)

    def has_packages(self, *names: str) -> None:
        """Say which Debian packages are installed."""
        lines = "".join(f"echo {name} installed; " for name in names)
        self.has("dpkg-query", lines or ":")

    @staticmethod
    def script(path: Path, text: str) -> None:
        path.write_text(f"#!/bin/bash\n{text}\n")
        path.chmod(0o755)

    def set_up(self, wanted: str = "run") -> subprocess.CompletedProcess[str]:
        """Run the set-up."""
        return subprocess.run(
            ["bash", self.checkout / "studysite" / "install.sh", wanted],
            env={"PATH": str(self.tools), "HOME": os.environ.get("HOME", "/")},
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self) -> list[str]:
        """The lock files that were installed, in order."""
        calls = self.checkout / "uv-calls"
        return calls.read_text().split() if calls.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refused set-up."""
    assert done.returncode == 3, done
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


def test_a_second_set_up_does_nothing(machine: Machine) -> None:
    assert machine.set_up().returncode == 0
    again = machine.set_up()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert machine.installed() == ["requirements.lock"]


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.set_up()
    (machine.checkout / "requirements.lock").write_text("numpy==2.4.7\n")
    assert machine.set_up().returncode == 0
    assert machine.installed() == ["requirements.lock"] * 2


def test_a_checkout_that_moved_is_set_up_again(machine: Machine) -> None:
    machine.set_up()
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("elsewhere"))
    assert machine.set_up().returncode == 0
    assert machine.installed() == ["requirements.lock"] * 2


def test_what_tests_need_is_kept_by_the_plain_set_up(machine: Machine) -> None:
    machine.has_packages(*DEBIAN, *FOR_TESTS)
    machine.set_up("dev")
    machine.set_up("run")
    assert machine.installed() == ["requirements-dev.lock"]
    (machine.checkout / "requirements-dev.lock").write_text("numpy==2.4.7\n")
    machine.set_up("run")
    assert machine.installed() == ["requirements-dev.lock"] * 2


def test_a_half_done_set_up_is_done_again(machine: Machine) -> None:
    machine.registry.unlink()
    refusal(machine.set_up())
    machine.registry.touch()
    assert machine.set_up().returncode == 0
    assert machine.installed() == ["requirements.lock"]


def test_without_root_or_sudo_the_missing_packages_are_named(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has_packages(*DEBIAN[2:])
    sentence = refusal(machine.set_up())
    assert sentence.endswith("apt-get install libpango-1.0-0 libpangoft2-1.0-0")


def test_with_sudo_the_missing_packages_are_installed(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has_packages(*DEBIAN[:-1])
    machine.has("sudo", '[[ $1 == -v ]] || { echo "$*" >>apt-calls; }')
    assert machine.set_up().returncode == 0
    update, install = (machine.checkout / "apt-calls").read_text().splitlines()
    assert update == "apt-get update"
    assert install.startswith("env DEBIAN_FRONTEND=noninteractive")
    assert install.endswith("apt-get install --yes --no-install-recommends libgl1-mesa-dri")


def test_what_is_installed_is_not_asked_for(machine: Machine) -> None:
    machine.has("apt-get", "echo touched >apt-calls")
    assert machine.set_up().returncode == 0
    assert not (machine.checkout / "apt-calls").exists()


def test_debian_packages_that_cannot_be_fetched_are_one_sentence(machine: Machine) -> None:
    machine.has_packages(*DEBIAN[1:])
    machine.has("apt-get", "echo 'Could not resolve host'; exit 100")
    sentence = refusal(machine.set_up())
    assert sentence.startswith("The Debian packages libpango-1.0-0 could not be installed")
    assert "Could not resolve host" in (machine.checkout / "var/setup/apt.log").read_text()


def test_no_python_is_one_sentence(machine: Machine) -> None:
    (machine.tools / "python3.11").unlink()
    assert refusal(machine.set_up()).startswith("Python 3.11 or newer was not found")


def test_an_old_python_is_no_python(machine: Machine) -> None:
    (machine.tools / "python3.11").unlink()
    machine.has("python3", "exit 1")
    assert refusal(machine.set_up()).startswith("Python 3.11 or newer was not found")


def test_no_package_registry_is_one_sentence(machine: Machine) -> None:
    machine.registry.unlink()
    assert "registry did not answer" in refusal(machine.set_up())


def test_a_registry_that_is_gone_later_is_one_sentence(machine: Machine) -> None:
    machine.set_up()
    (machine.checkout / "requirements.lock").write_text("numpy==2.4.7\n")
    machine.registry.unlink()
    assert "requirements.lock could not be installed" in refusal(machine.set_up())
    machine.registry.touch()
    assert machine.set_up().returncode == 0
    assert machine.installed() == ["requirements.lock"] * 2


def test_a_checkout_that_cannot_be_written_to_is_one_sentence(machine: Machine) -> None:
    (machine.checkout / "var").write_text("in the way of a folder")
    assert "cannot be written to by this account" in refusal(machine.set_up())
