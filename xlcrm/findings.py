"""Findings: what is wrong, or was interpreted, at one cell, sheet or file, and what to do about it.

The catalogue of codes, with severity, message and remedy in Chinese and English, is
``templates/findings.toml``. A finding masks private values in every text it is given, once, here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from xlcrm import privacy, resources
from xlcrm.text import printable
from xlcrm.values import dataclass

Severity = Literal["error", "warning", "info"]
Language = Literal["zh", "en"]
Localised = Mapping[str, str]
Parameter = str | Localised

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
_CONTEXT = 60  # characters of a long value that a message repeats
_REMEMBERED = 1_000  # words and messages: many findings say the same


class Wording(NamedTuple):
    """What is wrong and what to do about it, by language."""

    message: Localised
    remedy: Localised


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of the catalogue: severity, message and remedy by language, wordings of details.

    Of details that change more than an ending of the message, ``variants`` have the whole wording.
    ``general`` says the fault of no cell in particular, ``rule`` what is behind it; either may be
    empty. ``example`` is what a cell holds before and after it is mended.
    """

    name: str
    severity: Severity
    message: Localised
    remedy: Localised
    details: Mapping[str, Localised]
    variants: Mapping[str, Wording]
    general: Localised
    rule: Localised
    example: tuple[str, str] | None


@cache
def catalogue() -> Mapping[str, Code]:
    """Return every finding code by its name."""
    return {name: _code(name, entry) for name, entry in resources.declared("findings.toml").items()}


def _code(name: str, entry: Mapping[str, Any]) -> Code:
    return Code(
        name,
        entry["severity"],
        *_wording(entry),
        entry.get("detail", {}),
        {detail: _wording(words) for detail, words in entry.get("variant", {}).items()},
        {"zh": entry.get("what_zh", ""), "en": entry.get("what_en", "")},
        {"zh": entry.get("rule_zh", ""), "en": entry.get("rule_en", "")},
        tuple(entry["example"]) if "example" in entry else None,
    )


def _wording(entry: Mapping[str, str]) -> Wording:
    return Wording(
        {"zh": entry["zh"], "en": entry["en"]}, {"zh": entry["fix_zh"], "en": entry["fix_en"]}
    )


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. ``file`` is relative to the folder read; ``cell`` an A1 address such as ``D7``.

    ``record`` is the record's id or natural key as text, ``value`` the value as written,
    ``parameters`` what the message of this code names besides (text, or text by language).
    Raises KeyError for a code that is not in the catalogue.
    """

    code: str
    file: str
    sheet: str | None = None
    cell: str | None = None
    table: str | None = None
    field: str | None = None
    record: str | None = None
    value: str | None = None
    suggestion: str | None = None
    parameters: Mapping[str, Parameter] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        catalogue()[self.code]
        for name in ("record", "value", "suggestion"):
            text = getattr(self, name)
            if text and (masked := privacy.mask(text)) is not text:
                object.__setattr__(self, name, masked)
        words = {
            name: _masked(value)
            if isinstance(value, str)
            else {language: _masked(text) for language, text in value.items()}
            for name, value in self.parameters.items()
        }
        object.__setattr__(self, "parameters", words)

    @property
    def severity(self) -> Severity:
        return catalogue()[self.code].severity

    def message(self, language: Language) -> str:
        """Return what is wrong and what to do, without the place."""
        return _message(self._said(language), language)

    def fault(self, language: Language) -> str:
        """Return what is wrong, or was interpreted, alone."""
        return _fault(self._said(language), language)

    def remedy(self, language: Language) -> str:
        """Return what to do about it."""
        return _remedy(self._said(language), language)

    def question(self, language: Language) -> str:
        """Return whether the suggestion is meant, to follow what is said; blank without one.

        That a private value is masked in what is shown of it needs no question.
        """
        return _question(self._said(language), language)

    def _said(self, language: Language) -> _Said:
        words = tuple((name, _in(value, language)) for name, value in self.parameters.items())
        return _Said(self.code, self.value or "", self.suggestion or "", words)

    @property
    def said_sheet(self) -> str | None:
        """The sheet as it is said: its name is a person's text like any other."""
        return self.sheet and privacy.mask(self.sheet)

    def place(self) -> str:
        """Return file, sheet and cell as one text, safe for a terminal."""
        parts = (self.file, self.said_sheet, self.cell)
        return printable(" · ".join(part for part in parts if part))

    def to_json(self, language: Language) -> dict[str, str | None]:
        """Return the finding in the documented form, its message in ``language``."""
        return {
            "code": self.code,
            "severity": self.severity,
            "file": printable(self.file),
            "sheet": self.said_sheet,
            "cell": self.cell,
            "table": self.table,
            "field": self.field,
            "record": self.record,
            "value": self.value,
            "message": self.message(language),
            "suggestion": self.suggestion,
        }

    def to_state(self) -> dict[str, Any]:
        """Return the fields that are set, for a result file; ``from_state`` is its inverse."""
        state = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in state.items() if value}

    @classmethod
    def from_state(cls, state: Mapping[str, Any], file: str) -> Finding:
        """Return the finding as one of ``file``: what it says was masked when it was made."""
        finding = object.__new__(cls)
        for name, value in {**_UNSET, **state, "file": file}.items():
            object.__setattr__(finding, name, value)
        return finding


_UNSET: Mapping[str, Any] = {
    each.name: {} if each.name == "parameters" else None for each in dataclasses.fields(Finding)
}
_STOP = {"zh": ":", "en": ": "}
_SUGGEST = {"zh": ",是否为“{}”?", "en": "; did you mean “{}”?"}


class _Said(NamedTuple):
    """All that the words of a finding depend on: many findings say the same at other places."""

    code: str
    value: str
    suggestion: str
    words: tuple[tuple[str, str], ...]


@lru_cache(_REMEMBERED)
def _message(said: _Said, language: Language) -> str:
    parts = (_fault(said, language), _STOP[language], _remedy(said, language))
    return "".join((*parts, _question(said, language)))


def _fault(said: _Said, language: Language) -> str:
    return _filled(_wording_of(said).message[language], said, language)


def _remedy(said: _Said, language: Language) -> str:
    return _filled(_wording_of(said).remedy[language], said, language)


def _question(said: _Said, language: Language) -> str:
    if said.suggestion in ("", said.value):
        return ""
    return _one_line(_SUGGEST[language].format(_short(said.suggestion)))


def _wording_of(said: _Said) -> Wording:
    code = catalogue()[said.code]
    usual = Wording(code.message, code.remedy)
    return code.variants.get(dict(said.words).get("detail", ""), usual)


def _filled(text: str, said: _Said, language: Language) -> str:
    words = dict(said.words)
    details = catalogue()[said.code].details
    detail = details.get(words.pop("detail", ""), {}).get(language, "")
    words = _Blank(words | {"detail": detail, "value": _short(said.value)})
    return _one_line(text.format_map(words))


class _Blank(dict[str, str]):
    """Words of a message; one that a finding has no value for is left blank."""

    def __missing__(self, key: str) -> str:
        return ""


@lru_cache(_REMEMBERED)
def _masked(word: str) -> str:
    return privacy.mask(word)


def _in(value: Parameter, language: Language) -> str:
    return value if isinstance(value, str) else value[language]


def _one_line(text: str) -> str:
    return printable(text).replace("\n", " ")


def _short(text: str) -> str:
    return text if len(text) <= _CONTEXT else text[: _CONTEXT - 1] + "…"
