"""The site's settings, with a folder of its own for every test process and cheap passwords."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from django.contrib.auth.hashers import Argon2PasswordHasher

_folder = tempfile.mkdtemp(prefix="study-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["VAR_DIR"] = _folder

from studysite.settings import *  # noqa: E402, F403


class QuickArgon2(Argon2PasswordHasher):
    """Argon2 at its least cost: tests sign people in many times."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


PASSWORD_HASHERS = ["tests.settings.QuickArgon2"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
