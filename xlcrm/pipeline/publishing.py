"""Keeping a period's figures as they were reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from xlcrm.metrics.model import Metric
from xlcrm.metrics.published import Edition, Reported, same
from xlcrm.periods import Period
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.published_files import (
    UnreadableError,
    path_of,
    read_editions,
    set_aside,
    write_editions,
)
from xlcrm.values import dataclass

Status = Literal["published", "unchanged", "kept", "replaced", "unreadable"]


@dataclass(frozen=True)
class Published:
    """The editions that hold, by the label of their period; files that can't be read or opened,
    ``words`` being that of the lead's sentences."""

    editions: Mapping[str, Edition] = field(default_factory=dict)
    unreadable: tuple[Path, ...] = ()
    words: Path | None = None

    def of(self, period: Period) -> Edition | None:
        return self.editions.get(period.label)


def published(home: Path, periods: Iterable[Period], options: Options) -> Published:
    """Return what was published of some periods, in the folder of results ``home``."""
    found, unreadable = {}, []
    for period in periods:
        try:
            editions = read_editions(home, period, options.password)
        except UnreadableError:
            unreadable.append(path_of(home, period))
        else:
            if editions:
                found[period.label] = _edition(editions[-1])
    return Published(found, tuple(unreadable))


def publish(
    home: Path, period: Period, metrics: Iterable[Metric], options: Options, *, again: bool
) -> Status:
    """Keep a period's figures as they are reported now.

    What was published before stays, unless it is to be published ``again``: then another edition
    follows it. Raises OSError where it can't be written.
    """
    edition = {
        "on": options.as_of.isoformat(),
        "version": options.version,
        "figures": [_figure(each) for each in metrics],
    }
    try:
        editions = read_editions(home, period, options.password)
    except UnreadableError:
        if not again:
            return "unreadable"
        set_aside(path_of(home, period))
        editions = []
    if editions and same(_values(editions[-1]), _values(edition)):
        return "unchanged"
    if editions and not again:
        return "kept"
    write_editions(home, period, [*editions, edition], options.secret)
    return "replaced" if editions else "published"


def _figure(metric: Metric) -> dict[str, Any]:
    return {
        "key": metric.key,
        "subject": metric.subject,
        "current": metric.current,
        "previous": metric.previous,
        "change": metric.change,
        "rows": metric.rows,
    }


def _values(edition: Mapping[str, Any]) -> list[Any]:
    return [[each["key"], each["subject"], each["current"]] for each in edition["figures"]]


def _edition(said: Mapping[str, Any]) -> Edition:
    figures = {
        (each["key"], each["subject"]): Reported(each["current"], each["rows"])
        for each in said["figures"]
    }
    return Edition(said["on"], said["version"], figures)
