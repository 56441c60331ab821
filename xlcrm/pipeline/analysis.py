"""From the ledger to figures: facts, metrics and what they say, for one period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from xlcrm.analysis_rows import AnalysisRow, analysis_row
from xlcrm.facts.build import facts_of
from xlcrm.facts.lines import Told
from xlcrm.facts.tables import Facts
from xlcrm.findings import Finding, Language
from xlcrm.metrics.catalogue import compute, days_asked, ordered
from xlcrm.metrics.display import display
from xlcrm.metrics.left_out import NOTHING, LeftOut
from xlcrm.metrics.model import Metric
from xlcrm.metrics.published import Key, against
from xlcrm.narrative import narrate
from xlcrm.own_wording import OwnWording
from xlcrm.periods import Period
from xlcrm.pipeline.late import Effect, LateTeller, effects
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.publishing import Published
from xlcrm.pipeline.quality import rows_left_out
from xlcrm.pipeline.team_wording import wording_finding
from xlcrm.pipeline.wordings import Wordings
from xlcrm.sheet_words import Words
from xlcrm.values import dataclass


@dataclass(frozen=True)
class Analysis:
    """The figures of a period as they were on a day, in the order of the report, and their
    sentences; ``effects`` tell what became of those that were published, ``left_out`` which rows
    could not be counted, by metric; ``faults`` are those of a team's own wording."""

    period: Period
    as_of: date
    facts: Facts
    metrics: list[Metric]
    rows: list[AnalysisRow]
    effects: Mapping[Key, Effect]
    left_out: Mapping[str, LeftOut]
    faults: tuple[Finding, ...] = ()

    def figures(self, language: Language) -> list[AnalysisRow]:
        """Return the figures without sentences, in another language than the workbook's."""
        return [analysis_row(each, display(each, language), "", language) for each in self.metrics]


def analyse(
    history: Told,
    period: Period,
    options: Options,
    published: Published,
    wordings: Wordings,
    facts: Facts | None = None,
) -> Analysis:
    """Return the figures of ``period`` and of the one before it, as it was published if it was.
    ``wordings`` are the lead's, in place of ours; ``facts`` those of the records, by default no
    more of them than these figures need.
    """
    spec, language = options.spec, options.language
    facts = facts or facts_of(history, days_asked(period), texts=False)
    metrics = ordered(compute(facts, period, spec), spec.parameter("business_phase"))
    since = effects(metrics, period, published)
    metrics = [against(each, since[each.key, each.subject].previous) for each in metrics]
    wording = OwnWording.of(options.own_texts)
    sentences = narrate(metrics, facts, spec, language, wording.render)
    teller = LateTeller(period, published, options.version, language, wording.render)
    left = rows_left_out(history.of_period(period.start, period.end), period, spec)
    rows, said = [], set[str]()  # of several subjects the first tells what all leave out
    for each in metrics:
        key = each.key, each.subject
        own = wordings.get((period.label, *key))
        unusable = "" if key[0] in said else _unusable(left.get(each.key, NOTHING).bad, language)
        said.add(each.key)
        text = own or "".join((sentences[key], unusable, teller.tell(each, since[key])))
        row = analysis_row(each, display(each, language), text, language)
        rows.append(replace(row, by_lead=own is not None))
    faults = tuple(map(wording_finding, wording.faults.values()))
    return Analysis(period, options.as_of, facts, metrics, rows, since, left, faults)


def _unusable(count: int, language: Language) -> str:
    """Return in words how many rows say what can't be used; blank where none does."""
    return Words(language)("report.quality.unread", count=count) if count else ""
