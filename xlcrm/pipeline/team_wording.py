"""A team's own texts: ``narrative.zh.j2`` and the like, beside the settings."""

from __future__ import annotations

from pathlib import Path

from xlcrm.findings import Finding
from xlcrm.own_wording import LARGEST, REPLACEABLE, Fault, fault_in
from xlcrm.sheet_words import localised


def team_texts(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    """Return the texts in a team's folder that take the place of ours, by the names of their files,
    and what is wrong with those that don't."""
    texts, found = {}, []
    for file in (f"{name}.{language}.j2" for name in REPLACEABLE for language in ("zh", "en")):
        if (folder / file).is_file():
            text = _text(folder / file)
            fault = Fault(file, 1, "unreadable") if text is None else fault_in(file, text)
            if fault:
                found.append(wording_finding(fault))
            elif text is not None:
                texts[file] = text
    return texts, found


def _text(path: Path) -> str | None:
    """Return what a file says; None where it can't be read, is no UTF-8, or too long."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        return data.decode("utf-8-sig") if len(data) <= LARGEST else None
    except (OSError, UnicodeDecodeError):
        return None


def wording_finding(fault: Fault) -> Finding:
    """Return a fault as a finding."""
    words = localised(f"own_wording.{fault.reason}")
    reason = {language: text.format(word=fault.word) for language, text in words.items()}
    parameters = {"detail": "wording", "file": fault.file, "line": str(fault.line)}
    return Finding("bad-setting", fault.file, parameters={**parameters, "reason": reason})
