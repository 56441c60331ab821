"""The sample team's folder, copied, merged and reported."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

from xlcrm import resources
from xlcrm.findings import Language
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.reports import ReportResult, report
from xlcrm.pipeline.team import settings_of_folder
from xlcrm.team_folder import OUTPUT_FOLDER

AS_OF = date(2024, 5, 20)  # the Monday after the sample's golden week, 2024-W20
# The sample's files that can't be read, on purpose.
PLANTED = frozenset({"刘洋/客户关系管理记录_刘洋_3月.xlsx"})
_MARK = ".xlcrm-demo"


def demo(folder: Path, options: Options, language: Language | None = None) -> ReportResult:
    """Copy the sample to ``folder``, merge it and write the report of its golden week.

    ``language`` holds whatever the settings say. An earlier demo in the folder is replaced. Raises
    UsageError where it holds anything else.
    """
    mark = folder / OUTPUT_FOLDER / _MARK
    if mark.exists():
        shutil.rmtree(folder)
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("demo-taken", path=str(folder))
    resources.copy_tree(resources.sample_workbooks(), folder)
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    options = settings_of_folder(folder, replace(options, as_of=AS_OF), language)
    return report(folder, options)


def is_as_planted(result: ReportResult) -> bool:
    """Whether the only files that could not be read are those that the sample plants."""
    return set(result.merged.rejected) == PLANTED
