"""``xlcrm explain``: every code, in both languages, without a manual."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from xlcrm.findings import SEVERITIES, catalogue

JSON = ("--format", "json")


def columns(line: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(each) in "WFA") for each in line)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_codes_are_listed_by_severity(language: str, run: Any) -> None:
    lines = run("explain", "--lang", language).out.splitlines()
    listed = [match[1] for line in lines if (match := re.match(r"  ([a-z-]+) ", line))]
    codes = catalogue().values()
    assert listed == [c.name for grade in SEVERITIES for c in codes if c.severity == grade]
    assert sum(not line.startswith(" ") for line in lines) == len(SEVERITIES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_code_says_what_it_means_and_what_to_do(language: str, run: Any) -> None:
    document = run("explain", *JSON, "--lang", language).document
    assert document["schema_version"] == 1
    assert [each["code"] for each in document["codes"]] == list(catalogue())
    for each in document["codes"]:
        assert list(each) == [
            "code", "severity", "meaning", "details", "remedy", "rule", "example"
        ]  # fmt: skip
        assert each["meaning"].strip() and each["remedy"].strip()
        assert not re.search(r"[{}]", str([each["meaning"], each["remedy"], each["rule"]]))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", [(), *((code,) for code in catalogue())])
def test_it_fits_a_console_of_80_columns(code: tuple[str, ...], language: str, run: Any) -> None:
    ran = run("explain", *code, "--lang", language)
    assert ran.code == 0 and "{" not in ran.out
    assert max(map(columns, ran.out.splitlines())) < 80


def test_one_code_has_its_rule_and_an_example(run: Any) -> None:
    lines = run("explain", "not-in-list", "--lang", "zh").out.splitlines()
    assert lines[0] == "× not-in-list (错误)"
    assert "  含义  某一项“…”不在列表中" in lines and "  示例  电联 → 电话" in lines
    assert any(line.startswith("  规则  ") for line in lines)
    (told,) = run("explain", "[Not_In_List]", *JSON).document["codes"]
    assert told["example"] == {"before": "电联", "after": "电话"}
    (told,) = run("explain", "unreadable", *JSON).document["codes"]
    assert "it is damaged" in told["details"] and told["example"] is None


@pytest.mark.parametrize(("given", "near"), [("bad-dat", "bad-date"), ("latentry", "late-entry")])
def test_an_unknown_code_is_a_mistake_and_near_ones_are_named(
    given: str, near: str, run: Any
) -> None:
    ran = run("explain", given)
    assert (ran.code, ran.out) == (2, "") and ran.err.count("\n") == 1
    assert f"“{given}”" in ran.err and near in ran.err
    ran = run("explain", "电话")
    assert ran.code == 2 and "did you mean" not in ran.err and "xlcrm explain" in ran.err


def test_a_gbk_console_shows_boxes_it_does_not_have() -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "gbk"}
    command = [sys.executable, "-m", "xlcrm", "explain", "ambiguous-tick", "--lang", "zh"]
    ran = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert "[√]高 [√]中 → [√]高 [ ]中" in ran.stdout.decode("gbk")
