"""The files in which it stands what was published: ``汇总/已发布/2024-W20.json``.

They lie beside the state and not in it: neither a lost state nor a merge that is taken back changes
what was said. A sum over all editions of a period tells a damaged file. Under a master with a
password they are sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from xlcrm.periods import Period
from xlcrm.pipeline.options import Options
from xlcrm.record_sheet import atomic_file
from xlcrm.sealing import SealedError, is_sealed, seal, unseal
from xlcrm.team_folder import PUBLISHED_FOLDER

WORDINGS = "主管用语"  # the file of the lead's sentences, which lies there too
_FORM = 1
_UNDECODABLE = "surrogatepass"  # a name in a figure need not be whole
_BYTES = "surrogateescape"  # whatever is in a file


class UnreadableError(Exception):
    """A file that is damaged, another period's, of a form that we don't know, or sealed under
    another password than ours."""


def path_of(home: Path, period: Period) -> Path:
    """Return where it stands what was published of a period, in the folder of results ``home``."""
    return home / PUBLISHED_FOLDER / f"{period.label}.json"


def read_editions(home: Path, period: Period, password: str | None) -> list[Any]:
    """Return what was published of a period, edition by edition; none where nothing was. Raises
    UnreadableError."""
    return _read(path_of(home, period), period.label, password)


def read_wordings(home: Path, password: str | None) -> list[Any] | None:
    """Return what is kept of the lead's sentences; None where nothing ever was. Raises
    UnreadableError."""
    path = wordings_path(home)
    return _read(path, WORDINGS, password) if path.is_file() else None


def write_wordings(home: Path, said: list[Any], secret: str | None) -> None:
    """Keep the lead's sentences. Raises OSError where that can't be done."""
    _write(wordings_path(home), WORDINGS, said, secret)


def wordings_path(home: Path) -> Path:
    """Return where the lead's sentences are kept, in the folder of results ``home``."""
    return home / PUBLISHED_FOLDER / f"{WORDINGS}.json"


def set_aside(path: Path) -> Path:
    """Keep a file that can't be read beside what is to take its place, and return where; earlier
    ones stay."""
    places = (path.with_suffix(f".damaged{n or ''}") for n in count())
    place = next(each for each in places if not each.exists())
    return path.replace(place)


def _read(path: Path, label: str, password: str | None) -> list[Any]:
    if not path.is_file():
        return []
    try:
        data = unseal(path.read_bytes(), password) if is_sealed(path) else path.read_bytes()
        said = json.loads(data.decode("utf-8", _UNDECODABLE))
        editions: list[Any] = said["editions"]
        is_ours = said["xlcrm-published"] == _FORM
        is_ours = is_ours and said["sha256"] == _sum(label, editions)
    except (SealedError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(str(path)) from error
    if not is_ours:
        raise UnreadableError(str(path))
    return editions


def write_editions(home: Path, period: Period, editions: list[Any], secret: str | None) -> None:
    """Write what was published of a period. Raises OSError where that can't be done."""
    _write(path_of(home, period), period.label, editions, secret)


def _write(path: Path, label: str, editions: list[Any], secret: str | None) -> None:
    said = {"xlcrm-published": _FORM, "sha256": _sum(label, editions), "editions": editions}
    data = json.dumps(said, ensure_ascii=False, indent=1).encode("utf-8", _UNDECODABLE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as file:
        file.write(seal(data, secret) if secret else data)


def _sum(label: str, editions: list[Any]) -> str:
    text = json.dumps([label, editions], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", _UNDECODABLE)).hexdigest()


def follow_password(home: Path, options: Options) -> None:
    """Seal what was published, or open it, as the master is under a password now or not."""
    for path in (home / PUBLISHED_FOLDER).glob("*.json"):
        if is_sealed(path) == bool(options.secret):
            continue
        data = path.read_bytes()
        try:
            data = seal(data, options.secret) if options.secret else unseal(data, options.password)
        except SealedError:
            continue  # under a password that is not ours; a report says that it can't be opened
        with atomic_file(path) as file:
            file.write(data)


def published_texts(home: Path) -> dict[str, str]:
    """Return all that is kept of what was published, by the names of its files."""
    files = sorted((home / PUBLISHED_FOLDER).glob("*.json"))
    return {each.name: each.read_text(encoding="utf-8", errors=_BYTES) for each in files}


def put_published(home: Path, texts: Mapping[str, str]) -> None:
    """Keep in a folder of results what was published according to another."""
    folder = home / PUBLISHED_FOLDER
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / Path(name).name).write_bytes(text.encode("utf-8", _BYTES))


def published_sums(home: Path, period: Period) -> list[str | None]:
    """Return what tells whether more was published since of a period and the one before, or the
    lead has found other words."""
    paths = (path_of(home, period.previous), path_of(home, period), wordings_path(home))
    return [hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else None for p in paths]
