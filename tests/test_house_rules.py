"""What the declarations say is not said again in code; modules stay small; no machine is named."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULE_LINES = 400
FUNCTION_LINES = 50

# Facts and metrics are defined on certain tables; everything else works on any table.
KNOW_TABLES = ("facts", "metrics")

# Written so that this file doesn't hold what it looks for.
MACHINE_NAMES = re.compile(
    rb"/(?:hom[e]|User[s])/\w|/roo[t]/|/wor[k]/|/tm[p]/|\b[A-Z]:\\\\?User[s]\\"
    rb"|\bpyp[i]\.org|pythonhoste[d]\.org|registry\.npmj[s]|de[b]\.debian\.org|index[_-]ur[l]"
)


def sources() -> Iterator[tuple[str, str]]:
    """Path within xlcrm/ and source of every module."""
    for path in sorted((ROOT / "xlcrm").rglob("*.py")):
        yield path.relative_to(ROOT / "xlcrm").as_posix(), path.read_text(encoding="utf-8")


def table_keys() -> set[str]:
    """The key of every declared table."""
    return {path.stem for path in (ROOT / "templates" / "tables").glob("*.toml")}


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Line and value of every string that isn't a docstring, the fixed parts of f-strings too."""
    tree = ast.parse(source)
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in statements:
            yield node.lineno, text


def named_tables(source: str, keys: set[str]) -> list[str]:
    """Line and key of every literal that names a table, alone or as a part of a dotted name."""
    return [
        f"{line}: {part}"
        for line, value in literals(source)
        for part in re.split(r"[^\w ]+", value)
        if part in keys
    ]


def too_long(source: str) -> list[str]:
    """What is longer than agreed: the module, and each of its functions."""
    found = []
    if (lines := len(source.splitlines())) > MODULE_LINES:
        found.append(f"module of {lines} lines")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                found.append(f"{node.name} of {lines} lines")
    return found


def test_no_table_is_named_outside_facts_and_metrics() -> None:
    keys = table_keys()
    assert keys
    found = [
        f"{path}:{named}"
        for path, source in sources()
        if path.removesuffix(".py").split("/")[0] not in KNOW_TABLES
        for named in named_tables(source, keys)
    ]
    assert not found, "\n".join(found)


def test_modules_and_functions_stay_small() -> None:
    found = [f"{path}: {long}" for path, source in sources() for long in too_long(source)]
    assert not found, "\n".join(found)


def test_no_machine_or_registry_is_named() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout
    if not tracked:
        pytest.skip("not a git checkout")
    found = [
        f"{name}: {match.group().decode()}"
        for name in tracked.decode().split("\0")
        if (path := ROOT / name).is_file()
        for match in MACHINE_NAMES.finditer(path.read_bytes())
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('table == "a_log"', True),
        ('get("a_log.date")', True),
        ('f"{x}/a_log"', True),
        ('def f():\n    """Of a_log, "a_log"."""', False),
        ('"the a_log of a team"', False),
    ],
)
def test_a_named_table_is_seen(source: str, named: bool) -> None:
    assert bool(named_tables(source, {"a_log"})) is named


def test_what_is_too_long_is_seen() -> None:
    body = "    x = 1\n"
    assert too_long("def f():\n" + body * 49) == []
    assert too_long("class A:\n  def f():\n" + body * 50) == ["f of 51 lines"]
    assert too_long("x = 1\n" * 401) == ["module of 401 lines"]


@pytest.mark.parametrize(
    "text",
    [
        "see /ho{}me/anna/x",
        "cd /wo{}rk/main",
        "C:\\Us{}ers\\anna",
        "https://py{}pi.org/simple",
        "https://files.python{}hosted.org/packages",
    ],
)
def test_a_named_machine_is_seen(text: str) -> None:
    assert MACHINE_NAMES.search(text.format("").encode())
