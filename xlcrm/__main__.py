"""``python -m xlcrm``."""

from xlcrm.cli.main import run

run()
