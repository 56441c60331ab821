"""One customer before a talk: a folder merged, and what it says of the customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from xlcrm.agenda.items import DUE, OVERDUE, Item, agenda
from xlcrm.briefing.gather import Brief, Point, brief
from xlcrm.briefing.naming import meant
from xlcrm.briefing.sections import Reminder, Section, Sections
from xlcrm.briefing.workbook import write_brief
from xlcrm.facts.customers import customers
from xlcrm.facts.lines import History
from xlcrm.facts.matters import Matter
from xlcrm.facts.model import Communication, Customer, Issue
from xlcrm.file_names import safe_name
from xlcrm.findings import Language
from xlcrm.pipeline.agendas import WORKBOOK, refuse_other, refuse_suffix
from xlcrm.pipeline.exported import Exported
from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.secrets import written
from xlcrm.privacy import mask
from xlcrm.sheet_words import Words
from xlcrm.team_folder import OUTPUT_FOLDER
from xlcrm.values import dataclass

_Fact = Matter | Issue | Communication


@dataclass(frozen=True)
class BriefResult:
    """What is known of a customer, where it was written, and the merge it rests on; ``is_exact`` is
    whether the customer is called as was asked."""

    document: dict[str, Any]
    brief: Brief
    items: Sequence[Item]
    path: Path
    merged: MergeResult
    is_exact: bool

    @property
    def customer(self) -> str:
        """The id and name."""
        return _called(self.brief.customer)

    def summary(self, language: Language) -> str:
        """Return when the last talk was, in a sentence."""
        return _sections(self.brief, self.merged.options, language).summary

    def sections(self, language: Language) -> list[Section]:
        """Return the sections as they are printed."""
        made = _sections(self.brief, self.merged.options, language)
        return made.all(_reminders(self.items, language))


def brief_on(folder: Path, asked: str, options: Options, target: Path | None = None) -> BriefResult:
    """Merge a folder and write the page of the customer whom ``asked`` means.

    Raises what ``merge`` raises, and UsageError where several customers or none may be meant, and
    for a target that is no workbook, is an input or the master.
    """
    if target:
        refuse_other(folder, target, options, (WORKBOOK,))
    return _brief(merge(folder, options), asked, folder / OUTPUT_FOLDER, target)


def brief_from(
    source: Exported, asked: str, options: Options, target: Path | None = None
) -> BriefResult:
    """Write the page of a customer from an export, as ``brief_on``, by default to the current
    folder. Raises UsageError where it can't be read, and for a target that is part of it too."""
    if target:
        refuse_suffix(target, (WORKBOOK,))
        source.refuse_target(target)
    return _brief(source.merged(options), asked, Path(), target)


def _brief(merged: MergeResult, asked: str, home: Path, target: Path | None) -> BriefResult:
    options = merged.options  # what it settled
    records = merged.picture.records
    known = customers(History(records, options.spec))
    found = meant(asked, known, merged.picture.base.key)
    if not found.is_clear:
        names = "、".join(map(_called, found.customers)) or "-"
        code = "several-customers" if found.is_one else "unknown-customer"
        raise UsageError(code, name=asked, names=names)
    customer = found.customers[0]
    history = History([r for r in records if r.customer == customer.id], options.spec)
    said = brief(history, customer, options.as_of)
    coming = (e for e in agenda(history, options.as_of) if e.kind not in (DUE, OVERDUE))
    items = list(coming)
    path = (target or home / _name(customer, options)).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    sections = _sections(said, options, options.language)
    titles = (customer.name, customer.customer_id or "", sections.summary)
    reminders = _reminders(items, options.language)
    with written(path, options.secret) as made:
        every = sections.all(reminders)
        write_brief(made, titles, every, options.language, options.as_of, options.created)
    document = _document(path, said, items, options.language)
    return BriefResult(document, said, items, path, merged, found.is_exact)


def _called(customer: Customer) -> str:
    return " ".join(dict.fromkeys(filter(None, (customer.customer_id, customer.name))))


def _name(customer: Customer, options: Options) -> str:
    title = Words(options.language)("brief.file")
    name = safe_name("_".join(_called(customer).split(" ", 1)), title)
    return f"{title}_{name}{WORKBOOK}"


def _sections(said: Brief, options: Options, language: Language) -> Sections:
    return Sections(said, options.spec, Words(language))


def _reminders(items: Iterable[Item], language: Language) -> list[Reminder]:
    words = Words(language)
    return [Reminder(words(f"due.kind.{e.kind}"), e.day, e.what[language]) for e in items]


def _document(path: Path, said: Brief, items: Sequence[Item], language: Language) -> dict[str, Any]:
    def told(fact: _Fact, fields: str, **texts: str | None) -> dict[str, Any]:
        values = {name: getattr(fact, name) for name in fields.split()}
        masked = {name: mask(text or "") or None for name, text in texts.items()}
        return {**values, **masked, "source": said.place(fact)}

    return {
        "schema_version": SCHEMA_VERSION,
        "brief": str(path),
        "customer": said.key,
        "name": said.name,
        "base": _points(said.base, language),
        "preferences": _points(said.preferences, language),
        "people": [{p.field.key: p.text(language) for p in person} for person in said.people],
        "reminders": [
            {"kind": e.kind, "date": e.day.isoformat(), "what": e.what[language]} for e in items
        ],
        "promises": [told(e, "kind date due owner", what=e.what) for e in said.promises],
        "issues": [
            told(e, "number reported due owner progress", description=e.description)
            for e in said.issues
        ],
        "talks": [
            told(e, "date channel emotion owner", topic=e.topic, content=e.content)
            for e in said.talks
        ],
        "key_points": [{**e._asdict(), "source": str(e.source)} for e in said.key_points],
        "needs": [{**e._asdict(), "tag": mask(e.tag)} for e in said.needs],
        "scores": [e._asdict() for e in said.scores],
    }


def _points(points: Iterable[Point], language: Language) -> list[dict[str, str]]:
    return [
        {
            "field": each.field.key,
            "label": each.field.labels[language],
            "value": each.text(language),
        }
        for each in points
    ]
