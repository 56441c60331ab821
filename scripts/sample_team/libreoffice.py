"""Workbooks that LibreOffice saved: its files differ from version to version, so they are kept."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sample_team.folder import Workbook
from sample_team.saving import save
from xlcrm.spec.model import Spec

_SAVED = Path(__file__).parent / "saved"
_FORMAT = "xlsx:Calc MS Excel 2007 XML"


def saved_copy(path: str) -> Path:
    """Return where the file lies that LibreOffice saved for a workbook of the team."""
    return _SAVED / Path(path).name


def resave(workbooks: Mapping[str, Workbook], spec: Spec) -> None:
    """Make the workbooks that LibreOffice saved, and let it (``soffice``) open and save them."""
    with tempfile.TemporaryDirectory() as temporary:
        made = []
        for path, workbook in workbooks.items():
            if workbook.by_libreoffice:
                made.append(Path(temporary, "made", Path(path).name))
                save(made[-1], workbook, spec)
        profile = f"-env:UserInstallation={Path(temporary, 'profile').as_uri()}"
        command = ["soffice", "--headless", profile, "--convert-to", _FORMAT]
        subprocess.run([*command, "--outdir", _SAVED, *made], check=True)
