"""``python -m xlcrm``."""

from xlcrm.cli.program import run

run()
