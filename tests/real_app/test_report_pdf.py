"""``report --pdf``: LibreOffice prints the report's first page beside its workbook."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

_PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module")
def printed(soffice: Any, xlcrm: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of the golden week's report."""
    team = tmp_path_factory.mktemp("报告") / "团队 & 团队"
    xlcrm("demo", team)
    document = xlcrm("report", team, "--week", "2024-W20", "--as-of", "2024-05-20", "--pdf",
                     exit_code=3)  # fmt: skip
    path = Path(document["pdf"])
    assert path == Path(document["report"]).with_suffix(".pdf")
    return path


def test_it_is_the_first_page_and_nothing_else(printed: Path) -> None:
    data = printed.read_bytes()
    assert data.startswith(b"%PDF")
    assert len(_PAGE.findall(data)) == 1
    beside = {path.name for path in printed.parent.iterdir() if not path.name.startswith(".xlcrm")}
    assert beside == {"客户沟通汇总.xlsx", printed.name, printed.with_suffix(".xlsx").name}


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_its_text_is_the_reports(printed: Path) -> None:
    said = subprocess.run(
        ["pdftotext", "-layout", printed, "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    text = re.sub(r"\s+", " ", said)
    assert "沟通效果分析周报" in text
    assert re.search("平均响应时长.小时. 36 48 ↓25%", text)
    assert "成本控制/数据对接/售后支持" in text
