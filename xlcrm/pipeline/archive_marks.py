"""What the workbooks of an archive say of themselves, kept where they have a password.

Each has a key of its own, which takes a tenth of a second to make: what they said once is read from
one file under the same password, as long as their sizes and times are what they were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any

from xlcrm.filled_workbook.stamp import properties
from xlcrm.ledger.state import STATE_FOLDER
from xlcrm.record_sheet import atomic_file
from xlcrm.sealing import SealedError, seal, unseal
from xlcrm.values import dataclass

_FILE = "archive"


@dataclass(frozen=True)
class Marks:
    """The properties of the workbooks below ``home``; ``known`` are those of the run before,
    ``seen`` those of this one: size, time, and what they say, by path."""

    home: Path
    place: Path
    password: str | None
    known: Mapping[str, Any]
    seen: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def kept(cls, home: Path, results: Path, password: str | None) -> Marks:
        """Return those of an archive that were kept in a folder of results."""
        place = results / STATE_FOLDER / _FILE
        known: Mapping[str, Any] = {}
        with suppress(FileNotFoundError, SealedError, ValueError):  # each is asked again
            archive, known = json.loads(unseal(place.read_bytes(), password))
            known = known if archive == str(home.absolute()) else {}
        return cls(home, place, password, known)

    def of(self, path: Path) -> Mapping[str, str]:
        """Return the properties of a workbook; none of what can't be read."""
        *sign, said = self.known.get(self._name(path)) or (None, {})
        if sign != _sign(path):
            said = properties(path, self.password)
        self.keep(path, said)
        return said

    def keep(self, path: Path, said: Mapping[str, str]) -> None:
        """Take it that a workbook has these properties."""
        self.seen[self._name(path)] = [*_sign(path), said]

    def save(self, secret: str | None) -> None:
        """Keep what was seen, under the password; nothing without one. Raises OSError where it
        can't be written."""
        if secret is None:
            self.place.unlink(missing_ok=True)
            return
        text = json.dumps([str(self.home.absolute()), self.seen])
        with atomic_file(self.place) as file:
            file.write(seal(text.encode(), secret))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.home).as_posix()


def _sign(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
