"""The report of a period."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlcrm.facts.model import KINDS
from xlcrm.ledger.discovery import discover
from xlcrm.metrics.catalogue import compute_trend
from xlcrm.metrics.json_form import metric_json
from xlcrm.periods import Period, last_full_week
from xlcrm.pipeline.analysis import Analysis, analyse
from xlcrm.pipeline.merges import MergeResult, merge, refuse_input
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.secrets import written
from xlcrm.report_workbook.plan import ReportContents
from xlcrm.report_workbook.writer import write_report
from xlcrm.scratch import remove_abandoned
from xlcrm.sheet_words import Words, declared
from xlcrm.team_folder import MASTER_FILE, OUTPUT_FOLDER


@dataclass(frozen=True)
class ReportResult:
    """What was written, and the merge it rests on."""

    document: dict[str, Any]
    path: Path
    analysis: Analysis
    merged: MergeResult


def report(
    folder: Path, options: Options, period: Period | None = None, target: Path | None = None
) -> ReportResult:
    """Merge a folder and write the report of a period, by default the last full week.

    Raises what ``merge`` raises.
    """
    if target:
        refuse_input(target.absolute(), discover(folder) if folder.is_dir() else [], options)
        if target.absolute() == (folder / OUTPUT_FOLDER / MASTER_FILE).absolute():
            raise UsageError("output-is-master", path=str(target))
    merged = merge(folder, options)
    options = merged.options  # what it settled
    chosen = period or last_full_week(options.as_of)
    picture = merged.picture
    analysis = analyse(picture.records, chosen, options, whole=True)
    path = (target or folder / OUTPUT_FOLDER / _name(chosen, options)).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(path.parent, below=False)
    contents = ReportContents(
        run_id=chosen.label,
        period=chosen,
        metrics=analysis.metrics,
        rows=analysis.rows,
        trends=compute_trend(analysis.facts, chosen, options.spec, declared("report.trends"), n=8),
        facts={name: getattr(analysis.facts, name) for name in KINDS},
        sources=picture.sources,
    )
    with written(path, options.secret) as made:
        write_report(made, contents, options.spec, options.language, options.created)
    return ReportResult(_document(path, analysis, options), path, analysis, merged)


def _name(period: Period, options: Options) -> str:
    title = Words(options.language)(f"report.title.{period.kind}")
    return f"{title}_{period.label}.xlsx"


def _document(path: Path, analysis: Analysis, options: Options) -> dict[str, Any]:
    period = analysis.period
    return {
        "schema_version": SCHEMA_VERSION,
        "report": str(path),
        "period": _span(period),
        "previous": _span(period.previous),
        "metrics": [
            metric_json(metric, options.language, row.narrative)
            for metric, row in zip(analysis.metrics, analysis.rows, strict=True)
        ],
    }


def _span(period: Period) -> dict[str, str]:
    return {
        "label": period.label,
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
    }
