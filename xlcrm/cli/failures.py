"""What went wrong, in one clear line."""

from __future__ import annotations

import errno
from typing import Any

from xlcrm.cli import exits
from xlcrm.cli.words import say
from xlcrm.findings import Language
from xlcrm.pipeline.audiences import LeakError
from xlcrm.pipeline.locks import MasterBusy, MasterOpen
from xlcrm.pipeline.options import SettingsError, UsageError
from xlcrm.spec.loader import SpecError
from xlcrm.text import printable


def failure(error: Exception, language: Language) -> tuple[str, int]:
    """Return what an error says to people, on one line, and its exit code."""
    key, words, code = _told(error)
    return printable(say(language, f"error.{key}", **words)).replace("\n", " "), code


def _told(error: Exception) -> tuple[str, dict[str, Any], int]:
    if isinstance(error, UsageError):
        return error.code, error.words, exits.USAGE
    if isinstance(error, SettingsError):
        return "settings", {"path": error.file}, exits.USAGE
    if isinstance(error, MasterBusy):
        words = error.holder._asdict() if error.holder else {}
        key = "busy-held" if words else "busy"
        return key, {"path": str(error.path), **words}, exits.BUSY
    if isinstance(error, MasterOpen):
        key = "open-sign" if error.sign else "open"
        return key, {"path": str(error.path), "sign": str(error.sign)}, exits.BUSY
    if isinstance(error, LeakError):
        return "leak", {"part": str(error)}, exits.USAGE
    if isinstance(error, SpecError):
        return "internal", {"reason": str(error)}, exits.USAGE
    if isinstance(error, OSError):
        return _of_system(error)
    return "internal", {"reason": f"{type(error).__name__}: {error}"[:300]}, exits.USAGE


def _of_system(error: OSError) -> tuple[str, dict[str, Any], int]:
    """Return what the system refused; in words of ours where a person can mend it."""
    words = {"path": str(error.filename or ""), "reason": error.strerror or str(error)}
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "disk-full", words, exits.USAGE
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "not-allowed", words, exits.USAGE
    return "os" if error.filename else "os-alone", words, exits.USAGE
