"""What every command may be told, and the mistakes that are the operator's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from xlcrm import __version__
from xlcrm.customers import Decided
from xlcrm.findings import Finding, Language
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Spec
from xlcrm.spec.settings import CUSTOMERS, Settings
from xlcrm.values import dataclass
from xlcrm.work import Limits

Progress = Callable[[int, int, str], None]
Audience = Literal["lead", "team"]
SCHEMA_VERSION = 1


class UsageError(Exception):
    """A mistake of the operator's, such as a folder that does not exist: code and what it names.

    ``code`` is the key of its wording in the command line's messages.
    """

    def __init__(self, code: str, **words: str) -> None:
        super().__init__(code, words)
        self.code, self.words = code, words


class SettingsError(Exception):
    """A team's settings can't be followed: the findings say where and why."""

    def __init__(self, file: str, findings: Sequence[Finding]) -> None:
        super().__init__(file)
        self.file, self.findings = file, findings


class SettingsFile(NamedTuple):
    """A settings workbook as it was read, and whether it has the list of customers' aliases."""

    path: Path
    sha256: str
    has_aliases: bool


@dataclass(frozen=True)
class Options:
    """How a run goes. ``language`` is that of workbooks, ``messages`` that of findings' messages.

    ``settings`` are the team's, of ``settings_file`` where they were read from one, and ``notices``
    what was found in them that is no mistake.
    ``as_of`` is the day the run is for, ``workers`` the number of child processes (None: by the
    machine), ``scheduler`` the address of the Dask cluster that is to read in their place,
    ``limits`` what a file may cost one of them; ``on_progress`` is called with files done, files in
    all and the file's path. ``password`` opens encrypted workbooks; nothing that is printed or
    written may hold it. ``debug`` stops at a fault of our own code, which otherwise costs the file
    at which it shows. ``encrypt`` is whether the master is to have the password (None: as it has
    now); ``secret`` is the one under which to write, once that is settled.
    ``own_texts`` take the place of ours, by the names of their files.
    ``audience`` is for whom: the team sees less. ``break_lock`` is whether to go on where another
    merge, or an application, says that it has the master.
    """

    as_of: date
    language: Language = "zh"
    messages: Language = "zh"
    settings: Settings = field(default_factory=Settings)
    notices: tuple[Finding, ...] = ()
    workers: int | None = None
    scheduler: str | None = None
    limits: Limits = field(default_factory=Limits)
    on_progress: Progress | None = None
    password: str | None = field(default=None, repr=False)
    debug: bool = False
    encrypt: bool | None = None
    secret: str | None = field(default=None, repr=False)
    audience: Audience = "lead"
    break_lock: bool = False
    settings_file: SettingsFile | None = None
    own_texts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def spec(self) -> Spec:
        """The tables as the settings have them."""
        return load_spec(self.settings)

    @property
    def version(self) -> str:
        """What a cached reading depends on besides its file: program, declarations, and settings
        but for ``customers``, of whom no reading knows."""
        said = {k: v for k, v in self.settings.to_state().items() if k not in CUSTOMERS}
        settings = json.dumps(said, sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(settings.encode()).hexdigest()[:12]
        return f"{__version__}-{self.spec.version}-{digest}"

    @property
    def customers(self) -> dict[str, Any]:
        """What the settings decide of customers, as JSON data."""
        return self.settings.customers

    @property
    def decided(self) -> Decided | None:
        """The same as it can be asked; None where no settings can hold it."""
        has = self.settings_file is not None and self.settings_file.has_aliases
        return Decided(*self.customers.values()) if has else None

    @property
    def created(self) -> datetime:
        """The creation date of what is written, so that equal contents give equal bytes."""
        return datetime.combine(self.as_of, time())
