"""The guide tried: the units' own commands, PostgreSQL's three roles, Redis, files of secrets."""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
import pytest
import yaml

from tests.faults.long import long_only
from tests.faults.study import ROOT, Study, kill_group
from tests.postgres import free_port, make_database, wait_until

FOLDER = ROOT / "docs" / "deploy"
UNITS = sorted(FOLDER.glob("*.service"))
HEADS = {"Host": "study.example.org", "X-Forwarded-Proto": "https"}


def command_of(unit: str, **changes: str) -> list[str]:
    """What a unit starts, here."""
    text = (FOLDER / unit).read_text()
    line = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)[1]
    for old, new in changes.items():
        line = line.replace(old, new)
    bin_folder = str(Path(sys.executable).parent)
    return shlex.split(line.replace("/srv/study/.venv/bin", bin_folder))


def environment(folder: Path, **own: str) -> dict[str, str]:
    """The guide's own environment file, with this machine's places."""
    lines = (FOLDER / "study.env").read_text().splitlines()
    found = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    moved = {
        name: value.replace("/etc/study", str(folder)).replace("/var/lib/study", f"{folder}/own")
        .replace("/srv/study-files", f"{folder}/files") for name, value in found.items()
    }  # fmt: skip
    return moved | own


@pytest.fixture
def site(tmp_path: Path, postgres_url: str, redis_url: str) -> Study:
    """Everything the guide asks for, before its first command."""
    study_db = make_database(postgres_url, f"{tmp_path.name}_study")
    vault_db = make_database(postgres_url, f"{tmp_path.name}_vault")
    with psycopg.connect(study_db, autocommit=True) as connection:
        for role in ("study_app", "study_auditor"):
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not found.fetchone():
                connection.execute(f"CREATE ROLE {role} LOGIN")
    (tmp_path / "secret_key").write_text(secrets.token_urlsafe(50))
    for name, url in (("database_url", study_db), ("vault_database_url", vault_db)):
        (tmp_path / name).write_text(url.replace("//study@", "//study_app@"))
    env = environment(tmp_path, CELERY_BROKER_URL=redis_url)
    study = Study(tmp_path, **env)
    owner = Study(tmp_path, **env)
    for name in ("DATABASE_URL_FILE", "VAULT_DATABASE_URL_FILE"):
        del owner.env[name]
    owner.env |= {"DATABASE_URL": study_db, "VAULT_DATABASE_URL": vault_db}
    owner.env["PATH"] = f"{Path(sys.executable).parent}:{owner.env['PATH']}"
    script = ["sh", str(FOLDER / "migrate.sh")]
    done = subprocess.run(script, cwd=ROOT, env=owner.env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    study.database_url = study_db
    return study


def get(port: int, path: str, **heads: str) -> tuple[int, str]:
    """What the proxy would get."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=HEADS | heads)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except OSError:
        return 0, ""


@long_only
def test_the_guide_ends_in_a_site_that_is_ready(site: Study) -> None:
    assert "no issues" in site.python(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING",
        "--database", "default", "--database", "vault",
    )  # fmt: skip
    port = free_port()
    web = command_of("study-web.service", **{"127.0.0.1:8000": f"127.0.0.1:{port}"})
    worker = command_of("study-worker@.service", **{"%i": "intake,numerics,documents,clock"})
    clock = command_of("study-clock.service", **{"/var/lib/study": str(site.folder / "own")})
    site.python("manage.py", "shell", "-c", ASK)
    running = [
        subprocess.Popen(line, cwd=ROOT, env=site.env, start_new_session=True)
        for line in (web, worker, clock)
    ]
    try:
        wait_until(lambda: get(port, "/health/ready/")[0] == 200, "the site", 180)
        status, page = get(port, "/accounts/login/")
        assert (status, "csrfmiddlewaretoken" in page) == (200, True)
        wait_until(lambda: site.job_state() == "failed", "the worker and the clock", 180)
        assert get(port, "/metrics/")[0] == 200
    finally:
        for process in running:
            kill_group(process)


# A job that no handler knows ends too, and says so.
ASK = """
from studysite.core.audit.writer import Kind, Writer, writing
from studysite.core.models import Job, User
with writing(Writer(Kind.SYSTEM, "guide")):
    by = User.objects.create(username="guide")
    nothing = "6b1d0b5e-0000-4000-8000-000000000000"
    Job.objects.create(kind="intake", key="1", target=nothing, requested_by=by)
"""


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_is_one_that_systemd_reads(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    text = unit.read_text().replace("/srv/study/.venv/bin", str(Path(sys.executable).parent))
    copy = tmp_path / unit.name.replace("@", "@one")
    copy.write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False
    )
    own = [line for line in done.stderr.splitlines() if copy.name in line]
    assert own == []


def test_compose_names_what_is_there() -> None:
    content = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    services = content["services"]
    queues = " ".join(str(service.get("command", "")) for service in services.values())
    for queue in ("intake", "numerics", "documents,clock"):
        assert queue in queues
    asked = {name for one in services.values() for name in one.get("secrets", [])}
    assert asked == set(content["secrets"])
    keys = {name for name in services["web"]["environment"] if name.endswith("_KEY_FILE")}
    told = environment(Path("/x"))
    assert keys == {name for name in told if name.endswith("_KEY_FILE")}
