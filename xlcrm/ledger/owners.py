"""Who is behind a file: whoever of the team it is by its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from xlcrm.ledger.lead import LEAD
from xlcrm.records import FileReading
from xlcrm.spec.model import Spec
from xlcrm.text import fold


class Owners(dict[str, str]):
    """Owners of files by their paths: the member whose pattern fits, else whom a folder on the way,
    or the file itself, has the name of, where records name that one as their owner; else the folder
    in the team's folder, or the file, by its name. Below their own folder people keep order as they
    like. Nobody's is what is the lead's."""

    def __init__(self, readings: Iterable[FileReading], spec: Spec) -> None:
        """``readings`` are all that the team's folder says."""
        super().__init__({LEAD: ""})
        self._spec = spec
        named = {name for reading in readings for name in _named_in(reading, spec)}
        self._named = set(map(fold, named))

    def __missing__(self, file: str) -> str:
        path = PurePosixPath(file)
        folders = path.parent.parts
        names = [*reversed(folders), path.stem]
        named = (name for name in names if fold(name) in self._named)
        first = folders[0] if folders else path.stem
        owner = self[file] = self._spec.member_of(file) or next(named, first)
        return owner


def _named_in(reading: FileReading, spec: Spec) -> Iterator[str]:
    """Yield the names of those who are responsible, as records give them."""
    for block in reading.blocks:
        key = spec.tables[block.table].owner
        yield from (name for name in block.column(key) if isinstance(name, str)) if key else ()
