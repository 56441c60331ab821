"""Where the declared tables and the sample team's workbooks lie.

A wheel carries them inside the package, and may itself be a zip on the path. In a source checkout,
and so in an editable install, they lie beside the package.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli  # the compiled tomllib: a short command reads little but declarations

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def templates() -> Traversable:
    """The folder of the declared tables, vocabularies and wordings.

    Raises:
        FileNotFoundError: the installation carries none.
    """
    return _folder("templates")


def sample_workbooks() -> Traversable:
    """The sample team's shared folder, as its people filled it.

    Raises:
        FileNotFoundError: the installation carries none.
    """
    return _folder("sample_workbooks")


def declared(name: str) -> dict[str, Any]:
    """What a TOML file of the templates says."""
    return tomli.loads(templates().joinpath(name).read_text(encoding="utf-8"))


def texts(folder: Traversable) -> Iterator[str]:
    """Yield what the files below a folder say, which are all text."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from texts(entry)
        else:
            yield entry.read_text(encoding="utf-8")


def copy_tree(source: Traversable, target: Path) -> None:
    """Copy the files below `source`, with their folders, into the folder `target`.

    `target` is made where it is missing; files of the same name in it are replaced, others stay.
    """
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        if entry.is_dir():
            copy_tree(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())


def _folder(name: str) -> Traversable:
    package = Path(__file__).parent
    for place in (package / name, package.parent / name):
        if place.is_dir():
            return place
    from importlib.resources import files  # late: it takes a tenth of the time of a short command

    packaged = files("xlcrm").joinpath(name)  # in a zip on the path
    if packaged.is_dir():
        return packaged
    raise FileNotFoundError(
        f"{name}/ is neither in the installed package ({packaged}) nor beside it; reinstall xlcrm"
    )
