"""Instructions of the hot stages on a small fixed input: `python -m benchmarks.instructions`.

Valgrind's callgrind counts them, whatever else the machine does. They are compared with the figures
of the same Python in instructions.json; `--update` puts today's there. What the interpreter itself
executes is scaled by a reference loop of plain Python that is counted in the same run, as one is
built to need fewer instructions than another; what libraries execute counts as it is.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import mmap
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.folders import AS_OF, Size, write_team_file

FIGURES = Path(__file__).with_suffix(".json")
TOLERANCE = 0.10
REFERENCE = "reference"
_FILES, _ROWS = 4, 40
# What asks valgrind for something: its documented sequence of instructions, as a function of the
# address of the request (x86-64, System V).
_ASK = bytes.fromhex("4889f8 31d2 48c1c703 48c1c70d 48c1c73d 48c1c733 4887db 4889d0 c3")
_TOOL = ord("C") << 24 | ord("T") << 16
_ZERO, _DUMP, _START, _STOP = (_TOOL + number for number in (1, 3, 4, 5))
_OBJECT = re.compile(r"(ob|cob)=\((\d+)\)(?: (.+))?")
_COST = re.compile(r"[+\-*\d]\S* (\d+)")


def can_count() -> bool:
    """Whether this machine counts instructions: valgrind is there, and made for it."""
    return shutil.which("valgrind") is not None and platform.machine() == "x86_64"


@dataclass(frozen=True)
class Count:
    """Instructions of a stage: those of Python itself, and those of other libraries."""

    python: int
    others: int

    def scaled(self, by: float) -> float:
        return self.python * by + self.others


def counted() -> dict[str, Count]:
    """Count the stages' instructions, the reference among them. Raises RuntimeError where valgrind
    fails."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(_FILES):
            write_team_file(folder / f"{number}.xlsx", number, Size(_FILES, _ROWS))
        command = [
            *("valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet"),
            *(f"--callgrind-out-file={folder / 'out'}", "--compress-pos=no"),
            *(sys.executable, "-m", "benchmarks.instructions", "--stages", name),
        ]
        fixed = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
        root, env = Path(__file__).parents[1], {**os.environ, **fixed}
        done = subprocess.run(command, env=env, cwd=root, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return dict(_read(path) for path in sorted(folder.glob("out.*")))


def _read(path: Path) -> tuple[str, Count]:
    """Return the stage that a dump is of, and its instructions by who executed them."""
    by_object: Counter[str] = Counter()
    names: dict[str, str] = {}
    stage, at, is_call = "", "", False
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("desc: Trigger: Client Request: "):
            stage = line.rpartition(": ")[2]
        elif found := _OBJECT.match(line):
            kind, number, name = found.groups()
            names.setdefault(number, name or "")
            at = names[number] if kind == "ob" else at
        elif line.startswith("calls="):
            is_call = (
                True  # the next line's cost is that of what was called, which is counted there
            )
        elif cost := _COST.match(line):
            by_object[at] += 0 if is_call else int(cost[1])
            is_call = False
    own = sum(count for name, count in by_object.items() if _is_python(name))
    return stage, Count(own, by_object.total() - own)


def _is_python(name: str) -> bool:
    """Whether an object is the interpreter or comes with it."""
    is_module = name.startswith(sysconfig.get_path("stdlib")) and "site-packages" not in name
    return is_module or "/libpython" in name or name == os.path.realpath(sys.executable)


class _Valgrind:
    """Asks the valgrind under which this process runs."""

    def __init__(self) -> None:
        self._code = mmap.mmap(
            -1, len(_ASK), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        )
        self._code.write(_ASK)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._code))
        self._ask = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p)(address)

    def count(self, stage: str, work: Callable[[], object]) -> None:
        """Write a dump of what a stage executes."""
        self._request(_START)
        self._request(_ZERO)
        work()
        self._request(_DUMP, stage.encode())
        self._request(_STOP)

    def _request(self, code: int, text: bytes = b"") -> None:
        buffer = ctypes.create_string_buffer(text)
        given = (ctypes.c_size_t * 6)(code, ctypes.addressof(buffer))
        self._ask(ctypes.addressof(given))


def run_stages(folder: Path) -> None:
    """Do each stage twice, and count it the second time."""
    gc.disable()
    valgrind = _Valgrind()
    for name, work in _stages(folder):
        work()
        valgrind.count(name, work)


def _stages(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    from datetime import date

    from xlcrm.filled_workbook.grids import prepare_for_many
    from xlcrm.filled_workbook.reading import read_file
    from xlcrm.ledger.history import Before
    from xlcrm.master_workbook.writer import write_master
    from xlcrm.periods import last_full_week
    from xlcrm.pipeline import reports
    from xlcrm.pipeline.masters import Master
    from xlcrm.pipeline.merges import MergeResult, document_of
    from xlcrm.pipeline.options import Options
    from xlcrm.pipeline.picture import assemble
    from xlcrm.report_workbook.writer import write_report
    from xlcrm.validation.rows import check_records

    options = Options(date.fromisoformat(AS_OF))
    spec = options.spec
    yield REFERENCE, _reference
    paths = sorted(folder.glob("*.xlsx"))
    yield "read a workbook of lists", lambda: read_file(paths[0], "0.xlsx", spec)
    prepare_for_many()
    yield "read one of many", lambda: read_file(paths[0], "0.xlsx", spec)
    readings = [read_file(path, path.name, spec) for path in paths]
    yield "check it", lambda: list(check_records(readings[0].blocks, spec))
    yield "merge four", lambda: assemble(readings, (), options)
    picture = assemble(readings, (), options)
    rows = {"reason": None, "rows_seen": 0, "rows_merged": 0, "rows_rejected": 0}
    files = [{"path": path.name, "status": "merged", **rows} for path in paths]
    target = folder / "made.xlsx"
    master = Master(target, folder, picture, files, options)
    yield "analyse a week", master.contents
    contents = master.contents()
    yield (
        "write the master",
        lambda: write_master(target, contents, spec, "zh", options.created),
    )
    document = document_of(target, picture, files, options)
    one = assemble(readings[:1], (), options)
    merged = MergeResult(document, {}, options, Before(), made=one)
    week, told = last_full_week(options.as_of), []
    reports.write_report = lambda *given: told.append(given)
    reports._made(folder, folder, merged, week, target, None)
    yield "write the report", lambda: write_report(*told[0])


def _reference() -> None:
    """Work that the interpreter alone does, of the kinds that ours is made of."""
    known: dict[str, int] = {}
    for number in range(4_000):
        key = f"C{number % 500:03d}"
        known[key] = known.get(key, 0) + len(key.split("1"))
    sorted(known.items(), key=lambda each: (each[1], each[0]))


def version() -> str:
    """The Python whose figures are compared: what is faster in another is not ours."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def known_figures() -> dict[str, Count] | None:
    """The committed figures of this Python; None where there are none."""
    kept = json.loads(FIGURES.read_text(encoding="utf-8")).get(version())
    return kept and {stage: Count(**counts) for stage, counts in kept.items()}


def ratios(now: Mapping[str, Count], then: Mapping[str, Count]) -> dict[str, float]:
    """How many instructions each stage takes now, as a multiple of then; a stage that is not in
    both is infinite: the figures are to be taken anew."""
    scale = then[REFERENCE].python / now[REFERENCE].python
    found = {}
    for stage in (now.keys() | then.keys()) - {REFERENCE}:
        both = stage in now and stage in then
        found[stage] = now[stage].scaled(scale) / then[stage].scaled(1) if both else float("inf")
    return found


def main() -> int:
    """Count as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__)
    parser.add_argument("--update", action="store_true", help="take today's figures")
    parser.add_argument("--stages", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stages:
        run_stages(given.stages)
        return 0
    now, then = counted(), known_figures()
    compared = ratios(now, then) if then else {}
    for stage, count in now.items():
        ratio = f"{compared[stage]:8.3f}" if stage in compared else ""
        print(f"{stage:28}{count.python:15,}{count.others:15,}{ratio}")
    if given.update:
        kept = json.loads(FIGURES.read_text(encoding="utf-8"))
        kept[version()] = {stage: asdict(count) for stage, count in now.items()}
        FIGURES.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return 0
    return int(any(ratio > 1 + TOLERANCE for ratio in compared.values()))


if __name__ == "__main__":
    sys.exit(main())
