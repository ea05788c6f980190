"""Compiled kernels: numba, cached on disk wherever this account may write."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
T = TypeVar("T")


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """Compile without the GIL. numba caches beside the source or in the user's cache folder;
    an account that may write to neither compiles anew in each process."""
    try:
        kernel = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:
        kernel = numba.njit(nogil=True, error_model="numpy")(function)
    return cast("Callable[P, T]", kernel)
