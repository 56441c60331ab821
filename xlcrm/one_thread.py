"""NumPy without the threads of its algebra, which nobody uses here: they wait awake."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_THREADS = "OPENBLAS_NUM_THREADS"


@contextmanager
def one_thread() -> Iterator[None]:
    """Whatever loads NumPy first in this context loads it with one thread."""
    given = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        yield
    finally:
        del os.environ[_THREADS]
        os.environ |= {} if given is None else {_THREADS: given}
