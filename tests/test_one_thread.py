"""NumPy loaded with one thread, and the caller's own setting left as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

THREADS = Path("/proc/self/task")  # where Linux lists a process's own
SETTING = "OPENBLAS_NUM_THREADS"
PROGRAM = f"""
import os
from xlcrm.one_thread import one_thread
with one_thread():
    import numpy
print(len(os.listdir({str(THREADS)!r})), os.environ.get({SETTING!r}))
"""


@pytest.mark.skipif(not THREADS.is_dir(), reason="no list of threads here")
@pytest.mark.parametrize("given", [None, "2"])
def test_numpy_starts_no_thread_of_its_own(given: str | None) -> None:
    others = {name: value for name, value in os.environ.items() if name != SETTING}
    environment = others | ({SETTING: given} if given else {})
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", str(given)]
