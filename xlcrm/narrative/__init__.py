"""简要分析: a few sentences a metric, of what its facts show and what the documents advise then.

Here is found what to say; ``templates/text/narrative.*.j2`` says it. Each sentence carries its
figures, and where there is too little to judge by it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlcrm.facts.tables import Facts
from xlcrm.metrics.display import Language
from xlcrm.metrics.model import Metric
from xlcrm.narrative import customers, findings
from xlcrm.narrative.teller import Teller
from xlcrm.spec.model import Spec
from xlcrm.wording import render

_FINDERS = findings.FINDERS | customers.FINDERS


def narrate(
    metrics: Sequence[Metric],
    facts: Facts,
    spec: Spec,
    language: Language,
    render: Callable[..., str] = render,
) -> dict[tuple[str, str | None], str]:
    """Return the analysis of each metric, by key and subject.

    Metrics are those of one report: one may speak of what another found. ``render`` fills in the
    texts: ours, unless told otherwise.
    """
    teller = Teller(metrics, facts, spec, language)
    return {(each.key, each.subject): _tell(teller, each, render) for each in metrics}


def _tell(teller: Teller, metric: Metric, render: Callable[..., str]) -> str:
    finder = _FINDERS.get(metric.key)
    found = finder(teller, metric) if finder and metric.current is not None else {}
    text = render("narrative", teller.language, **teller.common(metric) | found)
    return "".join(line.rstrip() for line in text.splitlines())
