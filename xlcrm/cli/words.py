"""What the command line says, and in which language."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from xlcrm import resources

if TYPE_CHECKING:
    from xlcrm.findings import Language


@cache
def _messages() -> Mapping[str, Any]:
    return resources.declared("messages.toml")


def say(language: Language, key: str, **words: object) -> str:
    """Return a message such as ``error.no-folder``. Raises KeyError for an unknown one."""
    group, _, name = key.partition(".")
    return str(_messages()[group][name][language]).format_map(words)


def language_of(arguments: Sequence[str] | None = None) -> Language:
    """Return the language of messages: as ``--lang`` says, else the locale's, else English."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for n, argument in enumerate(given):
        value = argument.partition("=")[2] if argument.startswith("--lang=") else ""
        if argument == "--lang" and n + 1 < len(given):
            value = given[n + 1]
        if value == "zh":
            return "zh"
        if value == "en":
            return "en"
    return "zh" if _is_chinese() else "en"


def _is_chinese() -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.lower().startswith("zh")
    import locale  # most systems say it in one of these

    known = locale.getlocale()[0] or ""
    return known.lower().startswith(("zh", "chinese"))
