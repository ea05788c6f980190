"""`manage.py serve` starts everything, keeps it running, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.faults.study import Study, kill_group
from tests.postgres import free_port, wait_until


class Served:
    """A study being served."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.port = free_port()
        self.process = study.start("manage.py", "serve", "--port", str(self.port))

    def answers(self) -> bool:
        """Whether the sign-in page is there."""
        try:
            url = f"http://127.0.0.1:{self.port}/accounts/login/"
            with urllib.request.urlopen(url, timeout=30) as answer:
                return b"csrfmiddlewaretoken" in answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                pytest.fail(f"the sign-in page answered {refused.code}")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def running(self, word: str) -> list[int]:
        """Ids of processes of the study whose command line holds a word."""
        return [number for number, line in self.study.processes().items() if word in line]


@pytest.fixture
def served(study: Study) -> Iterator[Served]:
    served = Served(study)
    try:
        wait_until(served.answers, "the sign-in page")
        wait_until(lambda: len(served.running("celery")) >= 3, "worker and clock")
        yield served
    finally:
        kill_group(served.process)
        wait_until(lambda: not study.processes(), "the processes to end", 10)


def test_killed_outright_it_leaves_nothing(served: Served) -> None:
    os.kill(served.process.pid, signal.SIGKILL)
    wait_until(lambda: not served.study.processes(), "the guard to end the rest", 5)


def test_what_dies_is_started_again_and_in_the_end_all_ends(served: Served) -> None:
    dead = min(served.running("gunicorn"))
    os.kill(dead, signal.SIGKILL)
    wait_until(lambda: dead not in served.running("gunicorn"), "the web server to die")
    wait_until(served.answers, "the web server to be back")
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(8) == 0
    wait_until(lambda: not served.study.processes(), "the guard to end", 2)


def test_a_port_in_use_is_one_sentence(study: Study) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = study.start("manage.py", "serve", "--port", str(port))
        said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 3
    assert said == f"Port {port} of 127.0.0.1 is in use; choose another with --port.\n"


def test_production_that_is_unsafe_is_one_sentence(study: Study) -> None:
    study.env["PRODUCTION"] = "1"
    refused = study.start("manage.py", "check")
    said, _ = refused.communicate(timeout=20)
    assert refused.returncode == 3
    assert said.startswith("Production does not start like this. SECRET_KEY is not set")
    assert said.count("\n") == 1
