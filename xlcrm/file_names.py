"""Names of files and folders that every system takes, made from what people have written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from pathlib import Path

from xlcrm.text import clean

MAX_NAME = 40  # characters: folder, file and number stay below what Windows takes of a path

# What Windows refuses, and what is no character at all.
_UNSAFE = re.compile('[<>:"/\\\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+')
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])", re.I)
# Not at a name's ends: of hidden files and lock files, of options and formulas, or cut by Windows.
_OUTSIDE = " .-_~$=+@"


def safe_name(text: str, otherwise: str) -> str:
    """Return the name nearest to ``text`` that a file may have, without a suffix; where nothing of
    it is left, ``otherwise``."""
    name = _UNSAFE.sub("_", clean(text)).strip(_OUTSIDE)[:MAX_NAME].strip(_OUTSIDE)
    name = unicodedata.normalize("NFC", name)
    if _DEVICE.fullmatch(name.partition(".")[0].rstrip()):
        name = f"_{name}"
    return name or otherwise


def name_key(name: str) -> str:
    """Return the form in which two names are one on a system that minds neither case nor how a
    letter is composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


def free_name(stem: str, suffix: str, taken: Collection[str]) -> str:
    """Return ``stem`` with its suffix, or the first of stem_2, stem_3 ... that is not ``taken``
    (names as ``name_key`` has them)."""
    name, n = f"{stem}{suffix}", 1
    while name_key(name) in taken:
        n += 1
        name = f"{stem}_{n}{suffix}"
    return name


def free_path(path: Path, is_taken: Callable[[Path], bool]) -> Path:
    """Return ``path``, or the first of stem_2, stem_3 ... beside it that is not taken."""
    found, n = path, 1
    while is_taken(found):
        n += 1
        found = path.with_name(f"{path.stem}_{n}{path.suffix}")
    return found
