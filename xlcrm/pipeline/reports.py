"""The report of a period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from xlcrm.analysis_rows import LateRow
from xlcrm.facts.build import facts_of
from xlcrm.facts.lines import History, Told
from xlcrm.facts.model import KINDS, columns_of
from xlcrm.facts.tables import Facts
from xlcrm.filled_workbook.listed import read_said, why_unreadable
from xlcrm.filled_workbook.stamp import run_id
from xlcrm.findings import Finding, Language
from xlcrm.layout.listed import Listed, Said
from xlcrm.metrics.catalogue import TrendPoint, compute_trend, days_asked
from xlcrm.metrics.display import worded
from xlcrm.metrics.json_form import metric_json
from xlcrm.metrics.left_out import NOTHING
from xlcrm.metrics.model import Metric
from xlcrm.metrics.published import Key
from xlcrm.metrics.snapshots import snapshots
from xlcrm.metrics.workings import period_workings, workings
from xlcrm.periods import Period, last_full_week
from xlcrm.pipeline.analysis import Analysis, analyse
from xlcrm.pipeline.exported import Exported
from xlcrm.pipeline.inputs import refuse_target
from xlcrm.pipeline.late import late_json, late_rows
from xlcrm.pipeline.locks import locked
from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import SCHEMA_VERSION, Options
from xlcrm.pipeline.picture import Picture
from xlcrm.pipeline.published_files import put_published, set_aside, wordings_path
from xlcrm.pipeline.publishing import Published, Status, publish, published
from xlcrm.pipeline.quality import quality
from xlcrm.pipeline.secrets import with_secret, written
from xlcrm.pipeline.wordings import are_readable, keep_wordings, kept_wordings
from xlcrm.report_workbook import facts_plan, formulas
from xlcrm.report_workbook.plan import ReportContents
from xlcrm.report_workbook.writer import write_report
from xlcrm.scratch import scratch_folder
from xlcrm.sheet_words import Words, declared
from xlcrm.team_folder import MASTER_FILE, OUTPUT_FOLDER
from xlcrm.values import dataclass

_TREND = 8  # periods
Publish = Literal["once", "again"]


class Aside(NamedTuple):
    """A report that can't be read and is no longer at its place: where it is now, and why."""

    path: Path
    finding: Finding


@dataclass(frozen=True)
class Figures:
    """The figures of a period, and the documented JSON."""

    document: dict[str, Any]
    analysis: Analysis

    def late(self, language: Language) -> list[LateRow]:
        """Return the figures that have changed since they were published, as displayed."""
        told = self.analysis
        return list(late_rows(told.metrics, told.effects, told.period, language))


@dataclass(frozen=True)
class ReportResult(Figures):
    """What was written, and the merge it rests on; what was ``published`` of the periods that the
    report shows, and what became of publishing this one (None: that was not asked for). ``aside``
    is the report before where it could not be read, and what the lead typed in it is not in this
    one."""

    path: Path
    merged: MergeResult
    published: Published
    status: Status | None = None
    aside: Aside | None = None


def report(
    folder: Path,
    options: Options,
    period: Period | None = None,
    target: Path | None = None,
    to_publish: Publish | None = None,
) -> ReportResult:
    """Merge a folder and write the report of a period, by default the last full week.

    ``to_publish`` keeps its figures as they are reported: "once" unless some were before, "again"
    in any case. Raises what ``merge`` raises.
    """
    refuse_target(folder, target, options)
    home = folder / OUTPUT_FOLDER
    chosen = _chosen(period, options)
    usual = (home / _name(chosen, options)).absolute()
    path = target.absolute() if target else usual
    lost = None if are_readable(home, options) else wordings_path(home)
    _keep_wordings(home, {path, usual}, options)
    made = _made(folder, home, merge(folder, options), chosen, path, lost)
    if not to_publish:
        return made
    options = made.merged.options  # what the merge settled
    with locked(home, break_lock=options.break_lock):
        again = to_publish == "again"
        status = publish(home, chosen, made.analysis.metrics, options, again=again)
    document = made.document | {"published": made.document["published"] | {"status": status}}
    return replace(made, document=document, status=status)


def report_from(
    source: Exported, options: Options, period: Period | None = None, target: Path | None = None
) -> ReportResult:
    """Write the report of a period from an export, by default to the current folder.

    Raises UsageError where the export can't be read, or the target is part of it.
    """
    chosen = _chosen(period, options)
    path = (target or Path(_name(chosen, options))).absolute()
    source.refuse_target(path)
    with scratch_folder() as home:
        put_published(home, source.info["published"])
        lost = None if are_readable(home, options) else wordings_path(home)
        keep_wordings(home, {path}, options, may_be_lost=True, alone=True)
        return _made(Path(), home, source.merged(options), chosen, path, lost)


def figures_from(source: Exported, options: Options, period: Period | None = None) -> Figures:
    """Return the figures of a period from an export, without a workbook: of a Parquet dataset no
    more comes into memory than they need. Raises UsageError where it can't be read."""
    chosen = _chosen(period, options)
    with scratch_folder() as home, source.history(options, home) as history:
        put_published(home, source.info["published"])
        lost = None if are_readable(home, options) else wordings_path(home)
        told = replace(published(home, chosen.last(_TREND), options), words=lost)
        analysis = analyse(history, chosen, options, told, kept_wordings(home, options))
        document = _document(None, analysis, told, options) | {"quality": None, "aside": None}
        return Figures(document, analysis)


def _chosen(period: Period | None, options: Options) -> Period:
    """Return what of a period has been by the day of the report."""
    return (period or last_full_week(options.as_of)).until(options.as_of)


def _made(
    folder: Path, home: Path, merged: MergeResult, chosen: Period, path: Path, lost: Path | None
) -> ReportResult:
    """Write the report of what was merged; ``home`` is where it stands what was published, and
    ``folder`` where files are named from."""
    options = merged.options  # what it settled
    picture = merged.picture
    told = replace(published(home, chosen.last(_TREND), options), words=lost)
    words = kept_wordings(home, options)
    history = History(picture.records, options.spec)
    facts = _facts(history, picture, chosen)
    analysis = analyse(history, chosen, options, told, words, facts)
    path.parent.mkdir(parents=True, exist_ok=True)
    rests = quality(merged, analysis.facts, chosen, analysis.left_out)
    contents = replace(_contents(path, analysis, told, picture, options), quality=rests)
    aside = _set_aside(path, folder, options)
    with written(path, options.secret) as made:
        write_report(made, contents, options.spec, options.language, options.created)
    document = _document(path, analysis, told, options) | {"quality": rests.to_json()}
    if aside:
        document["notices"].append(aside.finding.to_json(options.messages))
    document["aside"] = aside and str(aside.path)
    return ReportResult(document, analysis, path, merged, told, aside=aside)


def _set_aside(path: Path, folder: Path, options: Options) -> Aside | None:
    """Rename a report that is about to be replaced and can't be read; an empty file holds nothing,
    and one in use will not be replaced."""
    if not path.is_file() or not path.stat().st_size:
        return None
    why = why_unreadable(path, options.password)
    if why is None or why.code == "locked":
        return None
    home = folder.absolute()
    name = path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)
    return Aside(set_aside(path), Finding(why.code, name, parameters={"detail": why.detail}))


def _keep_wordings(home: Path, books: Iterable[Path], options: Options) -> None:
    """Keep what the lead has typed over sentences of reports that are about to be replaced."""
    found = [path for path in books if path.is_file()]
    if found and home.is_dir():
        options = with_secret(options, (home / MASTER_FILE).absolute(), home)
        with locked(home, break_lock=options.break_lock):
            keep_wordings(home, found, options, may_be_lost=True)


def _facts(history: Told, picture: Picture, period: Period) -> Facts:
    """Return the facts that the report of a period shows: all there are, or, where a table has more
    records than facts are compared with one another, those that the period looks at."""
    tables = picture.ledger.records.values()
    are_many = any(len(records) > formulas.MOST for records in tables)
    return facts_of(history, days_asked(period) if are_many else None)


def _contents(
    path: Path, analysis: Analysis, told: Published, picture: Picture, options: Options
) -> ReportContents:
    """Return what the report at ``path`` is to hold."""
    chosen, facts, spec = analysis.period, analysis.facts, options.spec
    before = told.of(chosen.previous)
    beside = (period_workings(facts, of, spec) for of in (chosen, chosen.previous))
    return ReportContents(
        run_id=chosen.label,
        period=chosen,
        metrics=[worded(each, options.language) for each in analysis.metrics],
        rows=analysis.rows,
        trends=_trends(analysis, told, options),
        facts=_listed(facts),
        are_all_facts=facts.are_whole,
        sources=picture.sources,
        late=tuple(late_rows(analysis.metrics, analysis.effects, chosen, options.language)),
        published=None if before is None else before.on,
        as_of=options.as_of,
        said=_said(path, chosen, options),
        workings=(workings(facts, spec), *beside),
        pictures=snapshots(facts, chosen, spec, options.language),
    )


def _listed(facts: Facts) -> dict[str, dict[str, list[Any]]]:
    """Return the facts that a report lists, by kind: customers, by whose names all others are
    shown, and of what there is not too much."""
    tables = {kind: facts.here(kind) for kind in KINDS}
    return {
        kind: columns_of(table)
        for kind, table in tables.items()
        if kind == facts_plan.CUSTOMERS or len(table) <= facts_plan.MOST
    }


def _trends(
    analysis: Analysis, told: Published, options: Options
) -> Mapping[Key, tuple[TrendPoint, ...]]:
    """Return the values of some metrics over the last periods; of earlier ones as they were
    published, where they were."""
    period, keys, spec = analysis.period, declared("report.trends"), options.spec
    before = period.previous.previous
    facts = analysis.facts.of(days_asked(before, _TREND - 2))
    found = compute_trend(facts, before, spec, keys, _TREND - 2)
    editions = {each.label: told.of(each) for each in period.last(_TREND) if each != period}

    def point(metric: Metric, of: TrendPoint) -> TrendPoint:
        edition = editions.get(of.period.label)
        said = edition.figure(metric) if edition else None
        return TrendPoint(of.period, said.value) if said else of

    trends = {}
    for each in analysis.metrics:
        if each.key in keys:
            name = each.key, each.subject
            last = TrendPoint(period.previous, each.previous), TrendPoint(period, each.current)
            trends[name] = tuple(point(each, of) for of in (*found.get(name, ()), *last))
    return trends


def _said(path: Path, period: Period, options: Options) -> dict[Listed, Said]:
    """Return what the lead said in the report that is to be replaced, where it is this period's."""
    if run_id(path, options.password) != period.label:
        return {}
    return read_said(path, options.password)


def _name(period: Period, options: Options) -> str:
    title = Words(options.language)(f"report.title.{period.kind}")
    return f"{title}_{period.label}.xlsx"


def _document(
    path: Path | None, analysis: Analysis, told: Published, options: Options
) -> dict[str, Any]:
    period, language = analysis.period, options.language
    days = {name: told.of(of) for name, of in (("current", period), ("previous", period.previous))}
    return {
        "schema_version": SCHEMA_VERSION,
        "report": path and str(path),
        "period": _span(period),
        "previous": _span(period.previous),
        "published": {
            **{name: edition and edition.on for name, edition in days.items()},
            "status": None,
            "unreadable": [each.name for each in (*told.unreadable, told.words) if each],
        },
        "metrics": [
            metric_json(metric, language, row.narrative)
            | {"narrative_by": "lead" if row.by_lead else "program"}
            | {"unread_rows": analysis.left_out.get(metric.key, NOTHING).bad}
            | {"late": late_json(metric, analysis.effects[metric.key, metric.subject], language)}
            for metric, row in zip(analysis.metrics, analysis.rows, strict=True)
        ],
        "notices": [
            each.to_json(options.messages) for each in (*options.notices, *analysis.faults)
        ],
        "text": None,
        "pdf": None,
    }


def _span(period: Period) -> dict[str, str]:
    return {
        "label": period.label,
        "start": period.start.isoformat(),
        "end": period.whole.end.isoformat(),
    }
