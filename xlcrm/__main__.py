"""``python -m xlcrm``."""

from xlcrm.cli.main import main

main()
