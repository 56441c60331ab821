"""The whole path, from a folder to its report: the one package that joins the stages."""

from xlcrm.pipeline.blanks import new_workbook
from xlcrm.pipeline.checks import CheckResult, check
from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.reports import ReportResult, report

__all__ = [
    "CheckResult",
    "MergeResult",
    "Options",
    "ReportResult",
    "UsageError",
    "check",
    "merge",
    "new_workbook",
    "report",
]
