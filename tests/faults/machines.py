"""Two machines, as far as the network goes: namespaces with an address of their own each."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """A namespace, and the address at which it sees this machine."""

    name: str
    gateway: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """What runs a command there."""
        return ("ip", "netns", "exec", self.name)


def _ip(*arguments: str) -> bool:
    return not subprocess.run(["ip", *arguments], check=False, capture_output=True).returncode


@contextmanager
def machines(count: int) -> Iterator[list[Machine] | None]:
    """So many of them; None where this account may not make any."""
    made: list[Machine] = []
    try:
        for number in range(1, count + 1):
            machine = Machine(f"study{os.getpid()}-{number}", f"10.78.{number}.1")
            link, inner = f"st{os.getpid() % 10**6}h{number}", f"st{os.getpid() % 10**6}g{number}"
            if os.getuid() or not shutil.which("ip") or not _ip("netns", "add", machine.name):
                break
            made.append(machine)
            there = ("netns", "exec", machine.name, "ip")
            done = (
                _ip("link", "add", link, "type", "veth", "peer", "name", inner)
                and _ip("link", "set", inner, "netns", machine.name)
                and _ip("addr", "add", f"{machine.gateway}/24", "dev", link)
                and _ip("link", "set", link, "up")
                and _ip(*there, "addr", "add", f"10.78.{number}.2/24", "dev", inner)
                and _ip(*there, "link", "set", inner, "up")
                and _ip(*there, "link", "set", "lo", "up")
            )
            if not done:
                break
        else:
            yield made
            return
        yield None
    finally:
        for machine in made:
            _ip("netns", "del", machine.name)
