"""Debian's Redis, on a port of its own, for as long as a test run lasts."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest
import redis

from tests.postgres import free_port, wait_until


def answers(port: int) -> bool:
    """Whether Redis answers there."""
    with redis.Redis(port=port) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server of the test run's own that keeps nothing."""
    if shutil.which("redis-server") is None:
        pytest.skip("Debian's redis-server is not installed")
    port = free_port()
    command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""]
    server = subprocess.Popen([*command, "--appendonly", "no"], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(port), "Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)
