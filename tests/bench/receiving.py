"""Receive to acknowledge: ours beside dcmtk's storescp and Orthanc, in the same run.

    python -m tests.bench.receiving [--instances 500] [--out FILE]

dcmtk's storescu sends MR instances of 512 x 512 x 16 bit over loopback, one sender and four, with
TCP_NODELAY on both sides. Ours has each on the disk (fsync) before it answers; the others do not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.receiver import Receiver, write_objects
from tests.faults.study import Study, kill_group
from tests.postgres import free_port, wait_until

NODELAY = {**os.environ, "TCP_NODELAY": "1"}


@contextmanager
def ours(folder: Path) -> Iterator[int]:
    """Our receiver on an embedded study."""
    study = Study(folder / "study")
    (folder / "study").mkdir()
    for database in ("default", "vault"):
        study.python("manage.py", "migrate", "-v0", "--database", database)
    receiver = Receiver(study, quiet_s=3600)
    try:
        yield receiver.port
    finally:
        kill_group(receiver.process)


@contextmanager
def storescp(folder: Path) -> Iterator[int]:
    """dcmtk's own receiver, a process an association."""
    port = free_port()
    (folder / "storescp").mkdir()
    command = ["storescp", "--fork", "--output-directory", str(folder / "storescp"), str(port)]
    with running(command, port) as ready:
        yield ready


@contextmanager
def orthanc(folder: Path) -> Iterator[int]:
    """Debian's Orthanc as it comes."""
    port = free_port()
    settings = {
        "StorageDirectory": str(folder / "orthanc"),
        "IndexDirectory": str(folder / "orthanc"),
        "DicomPort": port,
        "HttpServerEnabled": False,
        "DicomAet": "STUDYSITE",
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowEcho": True,
        "Plugins": [],
    }
    path = folder / "orthanc.json"
    path.write_text(json.dumps(settings))
    with running(["Orthanc", str(path)], port) as ready:
        yield ready


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """A peer's server, until it is no longer needed."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=NODELAY,
        start_new_session=True,
    )  # fmt: skip
    try:
        wait_until(lambda: echo(port), command[0], 30)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def echo(port: int) -> bool:
    """Whether somebody answers there."""
    done = subprocess.run(
        ["echoscu", "--aetitle", "SCANNER", "--call", "STUDYSITE", "127.0.0.1", str(port)],
        capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def seconds(port: int, files: list[Path], senders: int) -> float:
    """How long it takes until all is acknowledged."""
    shares = [files[start::senders] for start in range(senders)]
    begun = time.monotonic()
    running = [
        subprocess.Popen(
            ["storescu", "--max-send-pdu", "131072", "--aetitle", "SCANNER", "--call",
             "STUDYSITE", "127.0.0.1", str(port), *map(str, share)],
            env=NODELAY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for share in shares
    ]  # fmt: skip
    codes = [one.wait(600) for one in running]
    if any(codes):
        raise RuntimeError(f"a sender failed: {codes}")
    return time.monotonic() - begun


PEERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "ours, fsync": (sys.executable, ours),
    "Orthanc": ("Orthanc", orthanc),
    "storescp": ("storescp", storescp),
}


def measure(instances: int) -> dict[str, dict[str, float]]:
    """Seconds by peer, for one sender and for four."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_objects(folder / "files", instances, 512 * 512 * 2)
        for peer, (program, start) in PEERS.items():
            if shutil.which(program) is None:
                print(f"{peer}: not installed")
                continue
            with start(folder) as port:  # type: ignore[attr-defined]
                seconds(port, files[:10], 1)
                found[peer] = {f"{n}": seconds(port, files, n) for n in (1, 4)}
    return found


def main() -> None:
    """Run, print, and write down."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--instances", type=int, default=500)
    words.add_argument("--out", type=Path, default=Path("var/bench-receiving.json"))
    chosen = words.parse_args()
    found = measure(chosen.instances)
    print(f"{'':14}{'1 sender':>12}{'4 senders':>12}{'ratio to Orthanc, 1 and 4':>28}")
    for peer, times in found.items():
        base = found.get("Orthanc")
        ratio = "  ".join(f"{times[n] / base[n]:.2f}" for n in times) if base else "-"
        spent = "".join(f"{times[n]:>10.2f} s" for n in times)
        print(f"{peer:14}{spent}{ratio:>28}")
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps({"instances": chosen.instances, "seconds": found}, indent=1))


if __name__ == "__main__":
    main()
