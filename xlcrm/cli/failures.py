"""What went wrong, in one clear line."""

from __future__ import annotations

from xlcrm.cli import exits
from xlcrm.cli.words import say
from xlcrm.findings import Language
from xlcrm.pipeline.audiences import LeakError
from xlcrm.pipeline.masters import MasterBusy
from xlcrm.pipeline.options import SettingsError, UsageError
from xlcrm.spec.loader import SpecError
from xlcrm.text import printable


def failure(error: Exception, language: Language) -> tuple[str, int]:
    """Return what an error says to people, on one line, and its exit code."""
    key, words, code = _told(error)
    return printable(say(language, f"error.{key}", **words)).replace("\n", " "), code


def _told(error: Exception) -> tuple[str, dict[str, str], int]:
    if isinstance(error, UsageError):
        return error.code, error.words, exits.USAGE
    if isinstance(error, SettingsError):
        return "settings", {"path": error.file}, exits.USAGE
    if isinstance(error, MasterBusy):
        return "busy", {"path": str(error)}, exits.BUSY
    if isinstance(error, LeakError):
        return "leak", {"part": str(error)}, exits.USAGE
    if isinstance(error, SpecError):
        return "internal", {"reason": str(error)}, exits.USAGE
    if isinstance(error, OSError):
        path, reason = str(error.filename or ""), error.strerror or str(error)
        return "os", {"path": path, "reason": reason}, exits.USAGE
    return "internal", {"reason": f"{type(error).__name__}: {error}"[:300]}, exits.USAGE
