"""Makes ``sample_workbooks/``: the shared folder of a team of seven, as its people filled it.

Eight weeks (2024-W13 to W20) on all nine tables, every field of them in use, in some forty
workbooks: lists of the team, and each person's own, by month or week, forms in workbooks of their
own, older copies, in nested folders, some saved by another program, some in English. The figures
of 2024-W20 against the week before are those of the document's example of a weekly report:

- 36 hours until customers answer, against 48;
- 成本控制, 数据对接 and 售后支持 named most, the first by 6 of 10 customers; none before;
- 3 of 20 prospects became interested customers, against 2 of 20;
- satisfaction 4.2 against 4.0; C004 gave 4.5 after a 3, with a revisit between.

What is wrong in the folder on purpose is ``PLANTED`` in sample_team/planted.py.

``python scripts/make_sample.py`` makes it anew, ``python scripts/make_sample.py FOLDER`` a new one
elsewhere. The same program makes the same bytes each time. Workbooks that LibreOffice saved lie in
sample_team/saved/; where what they hold has changed, ``--resave`` lets LibreOffice save them first.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from sample_team.folder import COPIES, CUT_OFF, LOCK, LOCKED_BY, MEMBERS, cut_off, plan
from sample_team.libreoffice import resave, saved_copy
from sample_team.saving import cut, lock_file, save, save_settings

from xlcrm.spec.loader import load_spec
from xlcrm.team_folder import SETTINGS_FILE

SAMPLE = Path(__file__).parents[1] / "sample_workbooks"


def make(folder: Path) -> None:
    """Write the sample into ``folder``, a new one: what lies in a folder is left alone.

    Raises FileExistsError where there is a folder or file of that name.
    """
    spec = load_spec()
    folder.mkdir(parents=True)
    for path, workbook in plan().items():
        if workbook.by_libreoffice:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(saved_copy(path), folder / path)
        else:
            save(folder / path, workbook, spec)
    for path, original in COPIES.items():
        shutil.copyfile(folder / original, folder / path)
    save(folder / CUT_OFF, cut_off(), spec)
    cut(folder / CUT_OFF)
    (folder / LOCK).write_bytes(lock_file(LOCKED_BY))
    save_settings(folder / SETTINGS_FILE, MEMBERS, spec)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "--resave" in arguments:
        arguments.remove("--resave")
        resave(plan(), load_spec())
    if arguments:
        make(Path(arguments[0]))
    else:
        shutil.rmtree(SAMPLE, ignore_errors=True)
        make(SAMPLE)
