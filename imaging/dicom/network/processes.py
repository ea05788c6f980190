"""Several processes on one socket: Python reads for one of them at a time otherwise."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from types import FrameType

PARENT_DEATH_SIGNAL = 1
GRACE_S = 3.0


def run_processes(
    number: int, serve: Callable[[threading.Event], None], meanwhile: Callable[[], object]
) -> None:
    """Keep so many processes serving until SIGINT or SIGTERM, and do something every second
    meanwhile. A process that ends is started again; all end with this one, however it ends."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, stop)
    running = [_start(serve) for _ in range(number)]
    while not stopping.wait(1.0):
        running = [one if one.is_alive() else _start(serve) for one in running]
        meanwhile()
    for one in running:
        one.terminate()
    until = time.monotonic() + GRACE_S
    for one in running:
        one.join(max(0.0, until - time.monotonic()))
        one.kill()
        one.join()


def _start(serve: Callable[[threading.Event], None]) -> ForkProcess:
    process = get_context("fork").Process(target=_child, args=(serve, os.getpid()))
    process.start()
    return process


def _child(serve: Callable[[threading.Event], None], parent: int) -> None:
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        return  # it died before it could be watched
    stopping = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: stopping.set())
    serve(stopping)
