"""The whole path, from a folder to its report: the one package that joins the stages.

``blanks.new_workbook``, ``checks.check``, ``merges.merge`` and ``reports.report`` are what the
command line calls; each is imported by itself, since most runs need few of them.
"""
