"""From the ledger to figures: facts, metrics and what they say, for one period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.analysis_rows import AnalysisRow, analysis_row
from xlcrm.facts.build import build_facts
from xlcrm.facts.tables import Facts
from xlcrm.findings import Language
from xlcrm.metrics.catalogue import compute, days_asked, ordered
from xlcrm.metrics.display import display
from xlcrm.metrics.model import Metric
from xlcrm.metrics.published import Key, against
from xlcrm.narrative import narrate
from xlcrm.periods import Period
from xlcrm.pipeline.late import Effect, effects, late_sentences
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.publishing import Published
from xlcrm.records import LedgerRecord


@dataclass(frozen=True)
class Analysis:
    """The figures of a period, in the order of the report, and their sentences; ``effects`` tell
    what became of those that were published."""

    period: Period
    facts: Facts
    metrics: list[Metric]
    rows: list[AnalysisRow]
    effects: Mapping[Key, Effect]

    def figures(self, language: Language) -> list[AnalysisRow]:
        """Return the figures without sentences, in another language than the workbook's."""
        return [analysis_row(each, display(each, language), "", language) for each in self.metrics]


def analyse(
    records: Sequence[LedgerRecord],
    period: Period,
    options: Options,
    published: Published,
    *,
    whole: bool = False,
) -> Analysis:
    """Return the figures of ``period`` and of the one before it, as it was published if it was.

    Its facts are those that these figures need; with ``whole`` all there are, for who shows them or
    looks further back.
    """
    spec, language = options.spec, options.language
    facts = build_facts(records, spec, None if whole else days_asked(period))
    metrics = ordered(compute(facts, period, spec), spec.parameter("business_phase"))
    since = effects(metrics, period, published)
    metrics = [against(each, since[each.key, each.subject].previous) for each in metrics]
    sentences = narrate(metrics, facts, spec, language)
    rows = []
    for each in metrics:
        key = each.key, each.subject
        text = sentences[key]
        text += late_sentences(each, since[key], period, published, options.version, language)
        rows.append(analysis_row(each, display(each, language), text, language))
    return Analysis(period, facts, metrics, rows, since)
