"""Any of the tests with the study on PostgreSQL, where they have it on SQLite.

python -m tests.on_postgresql tests/access tests/api [-k WORDS …]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from tests.postgres import newest_postgres, running_postgres


def run(server: str, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run pytest with these words in a process of its own, with its database on the server."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        env={**own, "DATABASE_URL": f"{server}/again"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )


def main() -> int:
    """Run them, and end with pytest's own exit code."""
    programs = newest_postgres()
    if programs is None:
        sys.stderr.write("Debian's postgresql is not installed.\n")
        return 3
    with running_postgres(programs) as server:
        ran = run(server, sys.argv[1:])
    sys.stdout.write(ran.stdout)
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
