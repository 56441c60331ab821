"""Some five hundred hostile and broken files in one folder beside a good one: each has its outcome,
the good rows are all merged, and nothing of an input acts in what is written."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # for the modules of cases

import archive_cases  # noqa: E402
import file_cases  # noqa: E402
import injection_cases  # noqa: E402
import making  # noqa: E402
import outputs  # noqa: E402
import part_cases  # noqa: E402
import sheet_cases  # noqa: E402
import value_cases  # noqa: E402
from making import GOOD_ROWS, SECRET, Case  # noqa: E402

ROOT = HERE.parents[1]
CASES = [
    *archive_cases.CASES,
    *part_cases.CASES,
    *sheet_cases.CASES,
    *value_cases.CASES,
    *injection_cases.CASES,
    *file_cases.cases(),
]
GOOD = "good.xlsx"
SECRET_WORDS = "only in the secret file"
SECONDS = 30
MEGABYTES = 300
AS_OF = ("--as-of", "2024-05-20")
DEATHS = ("timeout", "killed", "memory", "error")
# Runs the command and leaves what memory it held at most, where the system tells.
COMMAND = """
import pathlib, sys
from xlcrm.cli.main import main
peak, status = pathlib.Path(sys.argv.pop(1)), pathlib.Path("/proc/self/status")
try:
    main()
finally:
    if status.exists():
        peak.write_text(status.read_text().partition("VmHWM:")[2])
"""


@dataclass(frozen=True)
class Ran:
    """What a run of the command left; ``peak`` is in megabytes, None where the system tells not."""

    code: int
    out: str
    err: str
    peak: float | None

    @cached_property
    def document(self) -> Any:
        return json.loads(self.out)

    @cached_property
    def files(self) -> dict[str, Any]:
        return {each["path"]: each for each in self.document["files"]}

    @cached_property
    def findings(self) -> dict[str, set[str]]:
        """The codes of each file's findings, each also with its cell."""
        found: dict[str, set[str]] = {}
        for each in self.document["findings"]:
            codes = found.setdefault(each["file"], set())
            codes |= {each["code"], f"{each['code']} {each['cell']}"}
        return found


def xlcrm(*arguments: str | Path) -> Ran:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    peak = SECRET.with_suffix(".peak")
    command = [sys.executable, "-c", COMMAND, str(peak), *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, env=environment, timeout=6 * SECONDS)
    try:
        held = float(peak.read_text().split()[0]) / 1024 if peak.exists() else None
    finally:
        peak.unlink(missing_ok=True)
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode(), held)


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with all cases and a good workbook; the secret file lies elsewhere."""
    root = tmp_path_factory.mktemp("hostile")
    for number, case in enumerate(CASES):
        path = Path(os.fsdecode(os.fsencode(root / "a")[:-1] + os.fsencode(case.file)))
        path.parent.mkdir(parents=True, exist_ok=True)
        if case.write:
            case.write(path)
        elif case.make:
            path.write_bytes(case.make(making.parts_of(number)))
    (root / GOOD).write_bytes(making.zipped(making.parts_of(len(CASES))))
    SECRET.write_text(SECRET_WORDS, encoding="utf-8")
    before = inputs(root)
    yield root
    assert inputs(root) == before  # people's files stay as they are
    SECRET.unlink()


def inputs(root: Path) -> dict[Path, str]:
    """The hash of every file that is not ours."""
    files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    ours = root / "汇总"
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if ours not in path.parents and not path.match("special/*")
    }


@pytest.fixture(scope="module")
def merged(team: Path) -> Ran:
    return xlcrm("merge", team, "--return", "--format", "json", "--workers", "2", *AS_OF)


@pytest.fixture(scope="module")
def written(team: Path, merged: Ran) -> dict[str, bytes]:
    """All that was written and printed, by the name of the file or command."""
    assert merged.code == 3, merged.err
    said = {"merge": merged}
    said["check"] = xlcrm("check", team, "--lang", "zh", "-v", "--workers", "2", *AS_OF)
    said["report"] = xlcrm("report", team, "-v", *AS_OF)
    for name, ran in said.items():
        assert (ran.code, "Traceback" in ran.out + ran.err) == (3, False), (name, ran.err)
    kept = {name: (ran.out + ran.err).encode() for name, ran in said.items()}
    files = [path for path in (team / "汇总").rglob("*") if path.is_file()]
    return kept | {path.name: path.read_bytes() for path in files}


def workbooks(team: Path) -> list[Path]:
    found = sorted((team / "汇总").glob("*.xlsx"))
    assert len(found) == 2
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case.path)[1:60])
def test_each_has_its_outcome(case: Case, merged: Ran) -> None:
    got = merged.files[case.path]
    assert (got["status"], got["reason"]) == (case.status, case.reason)
    assert got["rows_merged"] == got["rows_seen"] - got["rows_rejected"] == case.rows
    found = merged.findings.get(case.path, set())
    assert found >= set(case.found)
    if case.reason:
        assert case.reason in found


def test_each_is_named_once_and_the_good_one_is_merged(merged: Ran) -> None:
    assert len(CASES) >= 150
    names = [each["path"] for each in merged.document["files"]]
    assert sorted(names) == sorted([GOOD, *(case.path for case in CASES)])
    good = merged.files[GOOD]
    assert (good["status"], good["rows_seen"], good["rows_merged"]) == (
        "merged",
        GOOD_ROWS,
        GOOD_ROWS,
    )
    assert len(merged.document["findings"]) > len(CASES) / 4


def test_the_run_is_quiet_and_small(merged: Ran) -> None:
    assert (merged.code, merged.err) == (3, "")
    assert merged.peak is None or merged.peak < MEGABYTES


def test_no_file_took_its_reader_along(merged: Ran) -> None:
    text = (ROOT / "templates" / "findings.toml").read_text(encoding="utf-8")
    details = tomllib.loads(text)["unreadable"]["detail"]
    deaths = [details[name][language] for name in DEATHS for language in ("zh", "en")]
    said = {each["file"]: each["message"] for each in merged.document["findings"]}
    assert not {file for file, words in said.items() if any(each in words for each in deaths)}


def test_all_good_rows_are_in_the_master(team: Path, merged: Ran) -> None:
    (label,) = (path for path in [team / "汇总" / "客户沟通汇总.xlsx"] if path.exists())
    texts = {text for place, text in outputs.texts(label) if place.startswith("沟通动态记录表!A")}
    for number, case in enumerate([*CASES, GOOD]):
        whole = isinstance(case, str) or (
            case.rows == GOOD_ROWS and not case.path.endswith(("xlsb", ".csv"))
        )
        assert not whole or f"J{1000 + number}1" in texts, case


def test_nothing_of_an_input_acts_in_what_is_written(team: Path, written: dict[str, bytes]) -> None:
    for path in workbooks(team):
        assert list(outputs.acting_with_input(path)) == []
    assert outputs.formulas(team / "汇总" / "客户沟通汇总.xlsx", {"沟通动态记录表"}) == []


def test_no_control_character_is_written_and_no_mark_in_a_name(
    team: Path, written: dict[str, bytes]
) -> None:
    for path in workbooks(team):
        places = list(outputs.texts(path))
        assert len(places) > len(CASES)
        assert not {place for place, text in places if outputs.odd_characters(text)}
    for name in ("merge", "check", "report"):
        said = written[name].decode()
        assert (outputs.odd_characters(said, "\n"), outputs.unseen(said)) == (set(), set()), name
        assert len(said) > 100


def test_the_secret_is_nowhere(team: Path, written: dict[str, bytes]) -> None:
    assert len(written) > 5
    secret = SECRET_WORDS.encode()
    for name, content in written.items():
        assert secret not in content, name
    for path in workbooks(team):
        with zipfile.ZipFile(path) as archive:
            assert not any(secret in archive.read(name) for name in archive.namelist())


def test_nothing_acts_in_what_is_handed_back(team: Path, tmp_path: Path) -> None:
    ran = xlcrm("check", team / "inject", "--return", tmp_path / "back", "--workers", "2", *AS_OF)
    assert ran.code == 1 and "Traceback" not in ran.err
    returned = sorted((tmp_path / "back").rglob("*.xlsx"))
    assert len(returned) > 10
    for path in returned:
        assert list(outputs.acting_with_input(path)) == [], path.name
        assert not [place for place, text in outputs.texts(path) if outputs.odd_characters(text)]


def test_nothing_acts_in_what_is_archived(team: Path, tmp_path: Path) -> None:
    ran = xlcrm("archive", team, "--to", tmp_path / "filed", "--workers", "2", *AS_OF)
    assert (ran.code, "Traceback" in ran.err) == (3, False)
    filed = sorted((tmp_path / "filed").rglob("*.xlsx"))
    assert filed
    for path in filed:
        assert list(outputs.acting_with_input(path)) == [], path.name
        assert not [place for place, text in outputs.texts(path) if outputs.odd_characters(text)]


def test_nothing_acts_in_the_copy_for_the_team(team: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.xlsx"
    given = ("--audience", "team", "-o", copy, "--workers", "2", *AS_OF)
    ran = xlcrm("merge", team, *given)
    assert (ran.code, "Traceback" in ran.err) == (3, False), ran.err
    assert list(outputs.acting_with_input(copy)) == []
    assert not [place for place, text in outputs.texts(copy) if outputs.odd_characters(text)]


@pytest.mark.parametrize("file", ["number/no score 0.xlsx", "grid/stray on a sheet of ours.xlsx"])
def test_odd_cells_do_not_stop_an_upgrade(team: Path, tmp_path: Path, file: str) -> None:
    ran = xlcrm("upgrade", team / file, "-o", tmp_path, "--format", "json")
    (told,) = ran.document["files"]
    whole = told["status"] == "upgraded" and told["records"] == GOOD_ROWS
    assert whole or (told["status"], told["reason"]) == ("rejected", "too-large")
