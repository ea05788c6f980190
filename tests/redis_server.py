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


class Redis:
    """A server on a port of its own that keeps nothing."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.port, self.address = free_port(), address
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["redis-server", "--bind", *self.address.split(), "--port", str(self.port)]
        command += ["--save", "", "--appendonly", "no", "--protected-mode", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(lambda: answers(self.port), "Redis")

    def stop(self) -> None:
        """Kill it, with everything that it held."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server of the test run's own that keeps nothing."""
    if shutil.which("redis-server") is None:
        pytest.skip("Debian's redis-server is not installed")
    server = Redis()
    try:
        server.start()
        yield server.url
    finally:
        server.stop()
