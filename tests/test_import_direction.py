"""Imports run one way, libraries stay where they belong, only the command line prints.

The tables below are the architecture: a module that stands in none of them fails, until someone
decides where it belongs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "xlcrm"

# What any module may import: no more than the language.
EVERYWHERE = {"values"}
# What every stage may know.
KNOWN = {
    "privacy",
    "text",
    "findings",
    "as_json",
    "records",
    "record_columns",
    "resources",
    "spec",
    "team_folder",
}
WORDS = {"sheet_words", "wording"}
# What prints records and figures.
PRINTING = WORDS | {"layout", "record_sheet", "analysis_rows", "metrics.model"}

# A module or package, and what it may import of ours; of the keys that fit, the longest holds. A
# name covers what lies below it. A result that travels from one stage to the next is known to both:
# "metrics.model" is one.
MAY_IMPORT: dict[str, set[str]] = {
    "values": set(),
    "text": set(),
    "team_folder": set(),
    "periods": set(),
    "resources": set(),
    "privacy": {"text"},
    "findings": {"privacy", "text", "resources"},
    "as_json": set(),
    "records": {"privacy", "text", "findings", "as_json"},
    "record_columns": {"records"},
    "spec": {"privacy", "text", "findings", "records", "resources"},
    "customers": KNOWN,
    "file_names": {"text"},
    "leaks": set(),
    "confidential": KNOWN | {"customers", "leaks"},
    "timeliness": KNOWN,
    "timelines": KNOWN,
    "layout": KNOWN,
    "scratch": set(),
    "one_thread": set(),
    "record_sheet": KNOWN | {"layout", "scratch", "deflate"},
    # What sheets and sentences say: declared in templates/.
    "sheet_words": KNOWN,
    "wording": KNOWN,
    "own_wording": KNOWN | {"wording"},
    # What master and report say alike.
    "analysis_rows": KNOWN | WORDS | {"metrics.model"},
    # Stages: none imports another.
    "template_workbook": KNOWN | WORDS | {"layout", "record_sheet"},
    "filled_workbook": KNOWN | {"layout", "sheet_words", "deflate", "one_thread"},
    "team_settings": KNOWN | {"sheet_words"},
    "validation": KNOWN | {"customers", "timeliness", "timelines"},
    "sealing": set(),
    "deflate": set(),
    "ledger": KNOWN | {"customers", "sealing", "deflate", "scratch"},
    "facts": KNOWN | {"customers", "timeliness", "timelines"},
    "metrics": KNOWN | {"customers", "facts", "periods", "sheet_words", "timeliness", "timelines"},
    "narrative": KNOWN | {"facts", "metrics", "wording"},
    "office": {"scratch"},
    "export": KNOWN | {"scratch", "customers"},
    "summary": KNOWN | WORDS | {"analysis_rows", "metrics.model", "periods"},
    "master_workbook": KNOWN | PRINTING,
    "archive_index": KNOWN | WORDS | {"layout", "record_sheet"},
    # The day's work, and a customer before a talk.
    "lunar": {"resources"},
    "agenda": KNOWN | WORDS | {"facts", "layout", "lunar", "record_sheet"},
    "briefing": KNOWN | WORDS | {"facts", "layout", "record_sheet"},
    "report_workbook": KNOWN | PRINTING | {"timelines"},
    # What a child process does, and the children.
    "examination": KNOWN | {"filled_workbook", "validation"},
    "work": set(),
    "forks": {"work", "scratch"},
    "workers": {"work", "forks", "scratch"},
    # The one that joins them.
    "pipeline": KNOWN
    | PRINTING
    | {"customers", "periods", "template_workbook", "filled_workbook", "examination", "briefing"}
    | {"work", "workers", "validation", "ledger", "facts", "metrics", "narrative", "team_settings"}
    | {"master_workbook", "report_workbook", "archive_index", "confidential", "file_names"}
    | {"sealing", "leaks", "scratch", "summary", "agenda", "office", "own_wording", "export"},
    "demo": KNOWN | {"pipeline"},
    "cli": KNOWN | {"pipeline", "demo", "periods", "one_thread"},
    "__main__": {"cli"},
}

# A library, and the only places that may name it.
LIBRARIES: dict[str, set[str]] = {
    "xlsxwriter": {"record_sheet", "template_workbook", "master_workbook", "report_workbook"},
    "python_calamine": {"filled_workbook"},
    "openpyxl": {"filled_workbook"},
    "numpy": {"filled_workbook", "facts", "metrics"},
    "orjson": {"as_json"},
    "pandas": {"facts", "metrics"},
    "msoffcrypto": {"filled_workbook"},
    "cryptography": {"sealing"},
    "distributed": {"pipeline.cluster"},
    "pyarrow": {"export"},
    "sqlalchemy": {"export"},
    "duckdb": {"export"},
    "click": {"cli"},
    "rich": {"cli"},
}

# Where print and today's date may stand.
OUTSIDE_WORLD = {"cli"}
CLOCKS = {"today", "now", "utcnow", "time.time", "time.localtime", "time.ctime"}


def covers(prefixes: set[str], module: str) -> bool:
    """Whether `module` is one of `prefixes` or lies below one."""
    return any(module == prefix or module.startswith(f"{prefix}.") for prefix in prefixes)


def layer(module: str) -> str | None:
    """The longest key of the table that covers `module`."""
    return max((key for key in MAY_IMPORT if covers({key}, module)), key=len, default=None)


def imported(tree: ast.AST, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of all that is imported, at whatever depth it stands."""
    package = ["xlcrm", *module.split(".")][: None if is_package else -1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("import_module", "__import__"):
                yield node.lineno, str(node.args[0].value)


def outside_world(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of every use of print and of the clock, called or handed over."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "print":
            yield node.lineno, "print"
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if node.attr in CLOCKS or name in CLOCKS:
                yield node.lineno, name
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            clocks = (a.name for a in node.names if f"time.{a.name}" in CLOCKS)
            yield from ((node.lineno, f"time.{name}") for name in clocks)


def violations(module: str, source: str, is_package: bool = False) -> list[str]:
    """What in the source of `module` (dotted, without xlcrm) breaks the rules, a line each."""
    own = layer(module)
    if own is None:
        return [f"xlcrm.{module} stands in no layer: decide which, in {Path(__file__).name}"]
    tree = ast.parse(source)
    found = []
    for line, name in imported(tree, module, is_package):
        top, _, ours = name.partition(".")
        allowed = MAY_IMPORT[own] | EVERYWHERE | {own}
        if top == "xlcrm" and layer(ours) and not covers(allowed, ours):
            found.append(f"xlcrm.{module}:{line} imports {name}")
        if not covers(LIBRARIES.get(top, {own}), module):
            found.append(f"xlcrm.{module}:{line} imports {top}")
    if not covers(OUTSIDE_WORLD, module):
        found += [f"xlcrm.{module}:{line} uses {name}" for line, name in outside_world(tree)]
    return found


def modules() -> Iterator[tuple[str, Path]]:
    """Dotted name (without xlcrm) and path of every module but xlcrm/__init__.py."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            yield name, path


def test_the_package_keeps_the_rules() -> None:
    found = [
        violation
        for name, path in modules()
        for violation in violations(
            name, path.read_text(encoding="utf-8"), is_package=path.stem == "__init__"
        )
    ]
    assert not found, "\n".join(found)


def test_the_layers_have_no_circle() -> None:
    below = {key: {layer(name) for name in names} for key, names in MAY_IMPORT.items()}
    while below:
        bottom = {key for key, needs in below.items() if not needs & below.keys()}
        assert bottom, f"a circle among {sorted(below)}"
        below = {key: needs for key, needs in below.items() if key not in bottom}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("spec.model", "from xlcrm.layout import places"),
        ("spec.types.base", "from ...layout import places"),
        ("spec.types.base", "from xlcrm import ledger"),
        ("ledger.merge", "def late():\n    import xlcrm.validation.rows"),
        ("ledger.merge", "import importlib\nimportlib.import_module('xlcrm.metrics')"),
        ("report_workbook.plan", "from xlcrm.metrics.rates import conversion"),
        ("cli.main", "from xlcrm.ledger import merge"),
        ("pipeline", "from xlcrm.cli import main"),
        ("filled_workbook.cells", "import xlsxwriter.utility"),
        ("validation.rows", "from openpyxl.utils import get_column_letter"),
        ("ledger.state", "def late():\n    import pandas as pd"),
        ("pipeline", "import click"),
        ("pipeline", "print('done')"),
        ("validation.rows", "from datetime import date\nas_of = date.today()"),
        ("ledger.state", "import datetime\nat = datetime.datetime.now"),
        ("ledger.state", "import time\nat = time.time()"),
        ("ledger.state", "from time import time"),
        ("helpers", ""),
    ],
)
def test_a_breach_is_seen(module: str, source: str) -> None:
    assert violations(module, source)


@pytest.mark.parametrize(
    ("module", "source", "is_package"),
    [
        ("spec.types.base", "from . import dates\nfrom ..model import Field", False),
        ("spec.types", "from .base import FieldType", True),
        ("report_workbook.plan", "from xlcrm.metrics.model import Metric", False),
        ("metrics.rates", "import pandas as pd\nfrom xlcrm import facts, __version__", False),
        ("cli.main", "import click\nfrom datetime import date\nprint(date.today())", False),
        ("pipeline", "import time\nstarted = time.monotonic()", False),
    ],
)
def test_what_is_allowed_passes(module: str, source: str, is_package: bool) -> None:
    assert violations(module, source, is_package) == []
