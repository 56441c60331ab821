"""``xlcrm explain``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.columns import columns_of
from xlcrm.cli.common import MARKS, Common, common_options
from xlcrm.cli.words import language_of, say
from xlcrm.findings import SEVERITIES, Code, Language, catalogue
from xlcrm.pipeline.options import SCHEMA_VERSION, UsageError

_LANGUAGE = language_of()
_WIDTH = 79  # columns of the usual console; a Chinese character takes two
_NEAR, _MOST = 60, 3  # likeness (0 to 100) from which a code is offered, and how many are
_TOKEN = re.compile(r"(?:[!-~]+|[^!-~])[,。;:、”?!)… ]*")


@click.command("explain", help=say(_LANGUAGE, "help.explain"))
@click.argument("code", metavar="[CODE]", required=False)
@common_options
def command(code: str | None, **given: Any) -> int:
    """Print what a code means, or the table of all codes."""
    console = Common.of(given).console
    codes = [_named(code, console.language)] if code else list(catalogue().values())
    explained = [_explained(each, console.language) for each in codes]
    console.document({"schema_version": SCHEMA_VERSION, "codes": explained})
    if not console.as_json:
        lines = _page if code else _table
        click.echo("\n".join(lines(codes, console.language)))
    return exits.DONE


def _named(text: str, language: Language) -> Code:
    """Return the code of a name. Raises UsageError, which offers near ones, where there is none."""
    from rapidfuzz import fuzz, process  # late: needed where something is wrong

    name = text.strip().strip("[]").lower().replace("_", "-")
    if name in catalogue():
        return catalogue()[name]
    found = process.extract(
        name, list(catalogue()), scorer=fuzz.WRatio, score_cutoff=_NEAR, limit=_MOST
    )
    codes = say(language, "explain.or").join(each for each, *_ in found)
    near = say(language, "explain.near", codes=codes) if codes else ""
    raise UsageError("unknown-code", name=text, near=near)


def _explained(code: Code, language: Language) -> dict[str, Any]:
    """Return what is said of a code, in one language."""
    before, after = code.example or (None, None)
    # Where the fault is said in general, its details are endings of another sentence.
    details = [] if code.general[language] else list(code.details.values())
    variants = [each.message for each in code.variants.values()]
    return {
        "code": code.name,
        "severity": code.severity,
        "meaning": code.general[language] or _generic(code.message[language], language),
        "details": [
            *(each[language].strip(" ,:()") for each in details),
            *(_generic(each[language], language) for each in variants),
        ],
        "remedy": _generic(code.remedy[language], language),
        "rule": code.rule[language] or None,
        "example": {"before": before, "after": after} if code.example else None,
    }


def _generic(text: str, language: Language) -> str:
    """Return a message that speaks of no cell in particular."""
    places = {name for _, name, *_ in Formatter().parse(text) if name}
    return text.format_map({name: _word(name, language) for name in places})


def _word(name: str, language: Language) -> str:
    return "" if name == "detail" else say(language, f"generic.{name}")


def _page(codes: list[Code], language: Language) -> Iterator[str]:
    """Yield the lines on a code: what it means, what to do, and what is behind it."""
    for code in codes:
        severity = say(language, f"explain.severity-{code.severity}")
        yield f"{MARKS[code.severity]} {code.name} ({severity})"
        said = _explained(code, language)
        texts = {
            "what": said["meaning"],
            "details": say(language, "explain.separator").join(said["details"]),
            "remedy": said["remedy"],
            "rule": said["rule"],
            "example": _example(said["example"], language),
        }
        titles = {key: say(language, f"explain.{key}") for key in texts}
        indent = 4 + max(map(columns_of, titles.values()))
        for key, text in texts.items():
            if text:
                yield from _hanging(f"  {titles[key]}", text, indent)


def _example(example: Mapping[str, str] | None, language: Language) -> str:
    blank = say(language, "explain.blank")
    shown = {key: text or blank for key, text in (example or {}).items()}
    return say(language, "explain.mended", **shown) if shown else ""


def _table(codes: list[Code], language: Language) -> Iterator[str]:
    """Yield all codes by severity, a line each."""
    indent = 4 + max(len(code.name) for code in codes)
    for severity in SEVERITIES:
        yield f"{MARKS[severity]} {say(language, f'explain.{severity}')}"
        for code in codes:
            if code.severity == severity:
                meaning = _explained(code, language)["meaning"]
                yield from _hanging(f"  {code.name}", meaning, indent)


def _hanging(title: str, text: str, indent: int) -> Iterator[str]:
    """Yield ``title`` and beside it ``text``, broken so that its lines fit the console."""
    line = title + " " * (indent - columns_of(title))
    for token in _TOKEN.findall(text):
        if columns_of(line + token.rstrip()) > _WIDTH and line.strip():
            yield line.rstrip()
            line = " " * indent
        line += token
    yield line.rstrip()
