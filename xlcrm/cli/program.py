"""The command line as a program of its own."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import NoReturn


def run() -> NoReturn:
    """Run the command line.

    Its memory is given back as a whole when it ends: looking through what it loads, and through
    hundreds of thousands of values, for ones that are no longer needed, and taking apart the rest,
    would take a tenth of it.
    """
    gc.disable()
    from xlcrm.cli import exits
    from xlcrm.cli.main import main
    from xlcrm.one_thread import one_thread

    try:
        with one_thread():
            main()
    except SystemExit as end:
        code = end.code
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else exits.DONE)
