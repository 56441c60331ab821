"""The words on the sheets of master and report, in the workbook's language.

They are declared once, in ``templates/sheets.toml``; a word is known by its dotted key there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from xlcrm import resources
from xlcrm.findings import Language, Localised
from xlcrm.values import dataclass

_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}


@cache
def _words() -> Mapping[str, Localised]:
    return dict(_flat("", _declared()))


@cache
def _declared() -> Mapping[str, Any]:
    return resources.declared("sheets.toml")


def _flat(prefix: str, entries: Mapping[str, Any]) -> Iterator[tuple[str, Localised]]:
    for name, entry in entries.items():
        if not isinstance(entry, dict):
            continue
        if {"zh", "en"} <= set(entry) and isinstance(entry["zh"], str):
            yield prefix + name, entry
        else:
            yield from _flat(f"{prefix}{name}.", entry)


@dataclass(frozen=True)
class Words:
    """The words of one language. ``Words("zh")("master.sheet.home")`` is 首页."""

    language: Language

    def __call__(self, key: str, **parameters: object) -> str:
        """Return a word, its ``{parameters}`` filled in. Raises KeyError for an undeclared key."""
        return _words()[key][self.language].format_map(parameters)

    def get(self, key: str) -> str | None:
        """Return a word, or None where none is declared under this key."""
        word = _words().get(key)
        return word[self.language] if word else None


def how_far(words: Words, days: int) -> str:
    """Return how far off a day is that comes in so many days, or was so many (negative) ago."""
    near = _NEAR.get(days, "ahead" if days > 0 else "past")
    return words(f"due.when.{near}", days=abs(days))


def localised(key: str) -> Localised:
    """Return a word in all languages. Raises KeyError for an undeclared key."""
    return _words()[key]


def texts(path: str) -> list[str]:
    """Return every text below a dotted path, in all languages, as it is declared."""
    found = (entry for key, entry in _words().items() if key.startswith(f"{path}."))
    return [text for entry in found for text in entry.values()]


def declared(path: str) -> Any:
    """Return what ``sheets.toml`` declares under a dotted path, such as the report's chart list.

    Raises KeyError for an undeclared path.
    """
    entry: Any = _declared()
    for name in path.split("."):
        entry = entry[name]
    return entry
