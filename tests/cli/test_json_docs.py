"""docs/json.md shows the document of every command, with the keys that it has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from xlcrm.cli.main import cli

DOCS = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
SECTIONS = {text.partition("\n")[0]: text for text in DOCS.split("\n## ")[1:]}
SHOWN = {
    name: json.loads(block[1])
    for name, text in SECTIONS.items()
    if (block := re.search(r"^```json\n(\{.*?)^```$", text, re.MULTILINE | re.DOTALL))
}
COUNTS = {"tables", "records"}  # by table, whatever tables there are


def check_keys(shown: Any, document: Any, place: str = "") -> None:
    """Objects of a document have the keys of those that are shown, items those of the first."""
    if isinstance(shown, list) and shown:
        for each in document or ():
            check_keys(shown[0], each, f"{place}[]")
    elif isinstance(shown, dict) and document is not None and place not in COUNTS:
        assert shown.keys() == document.keys(), place
        for key, each in shown.items():
            check_keys(each, document[key], key)


def test_every_command_has_its_document() -> None:
    assert not {*cli.list_commands(click.Context(cli))} - SECTIONS.keys()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("archive", ["团队"]),
        ("check", ["团队", "--return", "退回"]),
        ("brief", ["团队", "星辰科技"]),
        ("due", ["团队", "--as-of", "2024-06-20", "-o", "待办.ics"]),
        ("explain", ["not-in-list"]),
        ("export", ["团队", "--to", "导出"]),
        ("init", ["新团队"]),
        ("merge", ["团队"]),
        ("new", []),
        ("report", ["团队", "--week", "2024-W20"]),
        ("upgrade", ["团队/李娜.xlsx"]),
    ],
)
def test_a_document_has_the_keys_that_are_shown(
    folder: Any, run: Any, name: str, arguments: list[str]
) -> None:
    folder.put_wrong()
    check_keys(SHOWN[name], run(name, *arguments, "--format", "json").document)
