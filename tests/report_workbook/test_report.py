"""The report says what it was given: read back by openpyxl, cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openxml_audit import OpenXmlValidator

from xlcrm.analysis_rows import analysis_row, shown_lines
from xlcrm.facts import model
from xlcrm.filled_workbook.listed import read_said
from xlcrm.findings import Language
from xlcrm.layout.listed import Said
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period, parse_period
from xlcrm.records import Source
from xlcrm.report_workbook.page import WIDTHS
from xlcrm.report_workbook.plan import ReportContents
from xlcrm.report_workbook.writer import write_report
from xlcrm.sheet_words import Words, declared
from xlcrm.spec.loader import load_spec

SPEC = load_spec()
WEEK = parse_period("2024-W20")
CREATED = datetime(2024, 5, 20, 8)
STEP = "潜在客户→意向客户"


def metric(key: str, current: Any, **changes: Any) -> Metric:
    """A metric with the same labels in both languages; English ones end in ``(en)``."""
    labels = {"dimension": changes.pop("dimension", "维度"), "name": changes.pop("name", key)}
    subject = changes.pop("subject", None)
    zh = {**labels, "subject": subject}
    en = {name: text and f"{text} (en)" for name, text in zh.items()}
    plain = Metric(key, zh["dimension"], zh["name"], "count", current, None, None, "none", subject)
    return replace(plain, labels={"zh": zh, "en": en}, **changes)


NEEDS = [
    {"tag": "成本控制", "customers": 3, "mentions": 4, "share": 0.6},
    {"tag": "=数据对接", "customers": 2, "mentions": 2, "share": 0.4},
]
SLOW = [
    {"customer": f"C{n:03d}", "name": f"客户{n}", "hours": None, "unanswered": n} for n in range(9)
]
LOW = [
    {"customer": "C004", "name": "远航", "before": 3.0, "after": 4.5, "revisited": "2024-05-15"},
    {"customer": "散户", "name": "散户", "before": None, "after": 2.5, "revisited": None},
]
# (metric, its displayed current, previous and change)
GIVEN: list[tuple[Metric, tuple[str, str, str]]] = [
    (metric("timely_entry_rate", 0.8, dimension="记录质量", unit="rate"), ("80%", "-", "-")),
    (metric("satisfaction", 4.2, previous=4.0, change=0.2, unit="score", better=1,
            basis={"scores": ("s1",)}), ("4.2", "4", "↑0.2")),
    (metric("conversion", 0.15, name=f"{STEP}转化率", subject=STEP, unit="rate"),
     ("15%", "10%", "↑5%")),
    (metric("conversion", 0.5, name="转化率", subject="意向→成交", unit="rate"),
     ("50%", "50%", "→")),
    (metric("top_needs", NEEDS, name="高频需求TOP3", unit="list"),
     ("成本控制/=数据对接", "-", "-")),
    (metric("slow_customers", SLOW, name="响应超48小时客户", unit="list"), ("9 家", "无", "↑9")),
    (metric("low_satisfaction", LOW, name="重点回访客户", unit="list"), ("远航", "无", "↑2")),
    (metric("avg_response_hours", 36.04, previous=48.0, change=-0.249, unit="hours", better=-1,
            basis={"messages": ("m1", "m2")}), ("36", "48", "↓24.9%")),
    (metric("negative_share", 0.2, previous=0.1, change=0.1, unit="rate", better=-1,
            basis={"messages": ("m2",)}), ("20%", "10%", "↑10%")),
]  # fmt: skip
DISPLAY = ("current", "previous", "change")


def trend(*values: float | None) -> list[tuple[Period, float | None]]:
    return list(zip(WEEK.last(len(values)), values, strict=True))


def contents(language: Language = "zh", given: Any = GIVEN, **changes: Any) -> ReportContents:
    rows = [
        analysis_row(each, dict(zip(DISPLAY, shown, strict=True)), f"分析 {each.key}", language)
        for each, shown in given
    ]
    made = ReportContents(
        "run-1",
        WEEK,
        [each for each, _ in given],
        rows,
        {
            ("avg_response_hours", None): trend(40, None, 48, 36.04),
            ("conversion", STEP): trend(0.1, 0.15),
            ("satisfaction", None): trend(None, 4.2),
        },
        FACTS,
        {"log:1": Source("王芳.xlsx", "沟通动态记录表", 3), "form:1": Source("李.xlsx", "回访", 0)},
    )
    return replace(made, **changes)


def message(number: int, replied: str | None, *source: str) -> model.Message:
    sent, hours = "2024-05-13T09:00", 24.0 if replied else None
    return model.Message(f"m{number}", "c1", sent, replied, hours, "+李强", source)


CUSTOMER = model.Customer(
    "c1", "C001", "=星辰", "潜在客户", None, None, None, None, None, ("高潜力客户", "犹豫型"), None,
    None, 2, "2024-01-05", None, ("log:9",),
)  # fmt: skip
RATED = model.Evaluation(
    "e1", "c1", "2024-05-14", "customer", "response_speed", 4, None, ("form:1",)
)  # fmt: skip
MESSAGES = [
    message(0, None, "log:9"),
    message(1, "2024-05-14T09:00", "log:1"),
    message(2, None, "gone", "form:1"),
]
FACTS = {
    "customers": model.columns_of(model.table(model.Customer, [CUSTOMER])),
    "messages": model.columns_of(model.table(model.Message, MESSAGES)),
    "scores": model.columns_of(model.table(model.Score, [])),
    "evaluations": model.columns_of(model.table(model.Evaluation, [RATED])),
}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a report and returns its path."""

    def written(
        given: ReportContents | None = None, language: Language = "zh", name: str = "r"
    ) -> Path:
        path = tmp_path / f"{name}.xlsx"
        write_report(path, given or contents(language), SPEC, language, CREATED)
        return path

    return written


@pytest.fixture
def report(write: Write) -> Workbook:
    return load_workbook(write())


def table(report: Workbook) -> list[list[Any]]:
    """The rows of the printed table, its header first: those that lead, then all others."""
    found: list[list[Any]] = []
    is_within = False
    for row in page(report):
        is_head = row[0] in ("分析维度", "Dimension")
        is_within = is_head or (is_within and row[1] is not None)
        if is_within and not (is_head and found):
            found.append(row)
    return found


def page(report: Workbook) -> list[list[Any]]:
    """All rows of the first sheet."""
    return [list(row) for row in report.worksheets[0].iter_rows(max_col=6, values_only=True)]


def facts(report: Workbook, sheet: str) -> list[dict[str, Any]]:
    labels, *found = report[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, labels), row, strict=True)) for row in found]


def test_the_table_leads_with_document_es_rows_in_its_columns(report: Workbook) -> None:
    head, *rows = table(report)
    assert head == ["分析维度", "指标名称", "本周数据", "上周数据", "环比变化", "简要分析"]
    assert rows[0] == ["维度", "avg_response_hours", 36.04, 48, "↓24.9%", "分析 avg_response_hours"]
    assert [row[1] for row in rows[:4]] == [
        "avg_response_hours", "高频需求TOP3", f"{STEP}转化率", "satisfaction",
    ]  # fmt: skip
    assert rows[1][2:5] == ["成本控制/=数据对接", "-", "-"]
    assert rows[2][2] == 0.15
    assert [row[1] for row in rows[4:9]] == [
        "timely_entry_rate", "转化率 · 意向→成交", "响应超48小时客户", "重点回访客户",
        "negative_share",
    ]  # fmt: skip


def test_a_figure_shows_as_displayed(report: Workbook) -> None:
    cells = {cell.value: cell for row in report["周报"].iter_rows() for cell in row}
    assert cells[36.04].number_format == "0"
    assert cells[0.15].number_format == "0%"
    assert cells[4.2].number_format == "0.0"
    assert cells["成本控制/=数据对接"].data_type == "s"


def test_a_change_is_coloured_by_what_it_means(report: Workbook) -> None:
    cells = {cell.value: cell for row in report["周报"].iter_rows() for cell in row}
    good, rise, bad, none = (cells[text] for text in ("↓24.9%", "↑0.2", "↑10%", "→"))
    assert good.fill.fgColor.rgb == rise.fill.fgColor.rgb != bad.fill.fgColor.rgb
    assert bad.fill.fill_type == "solid"
    assert none.fill.fill_type is None


@pytest.mark.parametrize(
    ("label", "sheet", "current", "short"),
    [
        ("2024-W20", "周报", "本周数据", "W20"),
        ("2024-05", "月报", "本月数据", "24-05"),
        ("2024-Q2", "季报", "本季数据", "24-Q2"),
        ("2024", "年报", "本年数据", "2024"),
    ],
)
def test_each_kind_of_period_has_its_words(
    write: Write, label: str, sheet: str, current: str, short: str
) -> None:
    period = parse_period(label)
    points = list(zip(period.last(2), (1.0, 2.0), strict=True))
    given = contents(period=period, trends={("satisfaction", None): points})
    report = load_workbook(write(given))
    assert report.sheetnames[0] == sheet
    assert table(report)[0][2] == current
    head = [cell for row in report[sheet].iter_rows(max_row=2, values_only=True) for cell in row]
    assert f"{label} · {period.start} 至 {period.end}" in head
    assert any(period.previous.label in str(cell) for cell in head)
    assert short in [cell.value for cell in report["图表数据"]["D"]]


def test_the_first_page_has_what_leads_and_the_next_ones_all_the_rest(report: Workbook) -> None:
    sheet = report["周报"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
    [first] = [each.id for each in sheet.row_breaks.brk]  # the last row of the page
    firsts = [cell.value for cell in sheet["A"]]
    assert firsts.index("近八期趋势与高频需求") < first == firsts.index("其他指标")
    print_width = sum(WIDTHS) * 7 * 0.75  # points; of A4 within its margins there are 552
    assert 10 * 552 / print_width > 7  # points of a text of 10


def test_the_sheets_behind_are_printed_across_headed_on_each_page(
    report: Workbook,
) -> None:
    for sheet in report.worksheets[1:]:
        assert sheet.page_setup.orientation == "landscape", sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert sheet.print_title_rows == "$1:$1", sheet.title


def test_without_a_trend_the_charts_are_not_headed_as_trends(write: Write) -> None:
    shown = load_workbook(write(contents(trends={})))
    firsts = [cell.value for cell in shown.worksheets[0]["A"]]
    assert "高频需求与期末情况" in firsts and "近八期趋势与高频需求" not in firsts


def test_three_needs_fit_into_the_column_of_their_figure() -> None:
    said = "成本控制/数据对接/售后支持"
    assert shown_lines(said, WIDTHS[2]) == 1


def test_what_facts_say_of_a_moment_fits_into_its_column() -> None:
    """A date that does not fit is shown as ####, a text is cut off."""
    for name in ("next_contact", "due", "done", "reported", "completed", "first_contact", "sent"):
        assert declared("facts.column")[name]["width"] >= len("2024-05-13 09:00"), name
    for name in ("file", "type_after", "stage_after"):
        assert declared("facts.column")[name]["wrap"], name


def test_charts_are_native_and_draw_what_has_data(report: Workbook) -> None:
    charts = report["周报"]._charts
    assert [type(chart).__name__ for chart in charts] == ["BarChart", "LineChart", "LineChart"]
    values = [[cell.value for cell in column] for column in report["图表数据"].columns]
    assert values[0][1:3] == ["成本控制", "=数据对接"]
    assert values[1][:3] == ["高频需求TOP3", 0.6, 0.4]
    assert values[3][1:] == ["W17", "W18", "W19", "W20"]
    assert values[4] == ["avg_response_hours", 40, None, 48, 36.04]
    assert values[7][:3] == [f"{STEP}转化率", 0.1, 0.15]
    assert charts[1].series[0].val.numRef.f == "图表数据!$E$2:$E$5"


def test_named_customers_stand_below_the_page(report: Workbook) -> None:
    rows = page(report)
    start = next(n for n, row in enumerate(rows) if row[0] == "重点回访客户")
    assert rows[start + 1][:5] == ["客户ID", "客户名称", "此前评分", "本期评分", "期间回访"]
    assert rows[start + 2][:5] == ["C004", "远航", 3, 4.5, datetime(2024, 5, 15)]
    assert rows[start + 3][:5] == ["散户", "散户", "-", 2.5, "-"]
    start = next(n for n, row in enumerate(rows) if row[0] == "响应超48小时客户")
    assert rows[start + 7][:4] == ["C005", "客户5", "-", 5]
    assert rows[start + 8][0] == "另有 3 位"


@pytest.mark.parametrize(("current", "text"), [([], "本期没有"), (None, "没有数据")])
def test_an_empty_list_says_why(write: Write, current: Any, text: str) -> None:
    given = [(metric("slow_customers", current, name="慢", unit="list"), ("-", "-", "-"))]
    rows = page(load_workbook(write(contents(given=given))))
    assert [row[0] for row in rows][-2:] == ["慢", text]


def lists(report: Workbook, sheet: str) -> dict[str, list[list[Any]]]:
    """The lists below the table of a dimension's sheet, their headers first, by their titles."""
    rows = [list(row) for row in report[sheet].iter_rows(values_only=True)]
    starts = [n for n, row in enumerate(rows) if n > 1 and row[0] and not any(row[1:])]
    ends = [*starts[1:], len(rows)]
    return {rows[n][0]: rows[n + 1 : end] for n, end in zip(starts, ends, strict=True)}


def test_a_dimension_has_its_metrics_and_whole_lists_on_a_sheet(report: Workbook) -> None:
    rows = [[cell.value for cell in row[:5]] for row in report["记录质量"].iter_rows(max_row=3)]
    assert rows[1:] == [
        ["指标名称", "本周数据", "上周数据", "环比变化", "简要分析"],
        ["timely_entry_rate", 0.8, "-", "-", "分析 timely_entry_rate"],
    ]
    found = lists(report, "维度")
    assert [row[:4] for row in found["高频需求TOP3"]] == [
        ["标签", "客户数", "提及次数", "客户占比"],
        ["成本控制", 3, 4, 0.6],
        ["=数据对接", 2, 2, 0.4],
    ]
    assert [row[0] for row in found["响应超48小时客户"][1:]] == [f"C{n:03d}" for n in range(9)]
    assert found["重点回访客户"][0][7:9] == ["原因", "措施"]


def test_a_metric_of_many_subjects_is_on_its_dimensions_sheet_alone(write: Write) -> None:
    shown = ("1", "-", "-")
    given = [
        (metric("satisfaction", 4.2, dimension="满意"), shown),
        (metric("need_met_rate", 0.5, dimension="需求"), shown),
        *((metric("channel_conversion", 0.5, dimension="转化", name="渠道", subject=each), shown)
          for each in ("电话", "面谈")),
    ]  # fmt: skip
    report = load_workbook(write(contents(given=given)))
    assert [row[1] for row in table(report)[1:3]] == ["satisfaction", "need_met_rate"]
    assert "渠道 · 电话" not in [row[1] for row in table(report)]
    column = [cell.value for cell in report["转化"]["A"]]
    assert column[2:] == ["渠道 · 电话", "渠道 · 面谈"]


def test_what_the_lead_says_of_a_customer_stays(write: Write) -> None:
    path = write()
    book = load_workbook(path)
    sheet = book["维度"]
    rows = {(cell.value, n): n for n, cell in enumerate(sheet["A"], start=1)}
    (low,) = (n for name, n in rows if name == "C004" and sheet.cell(n, 4).value == 4.5)
    (slow,) = (n for name, n in rows if name == "C008")
    for row, column, text in ((low, 8, "交付延期"), (low, 9, "=每周回访"), (slow, 8, "换了对接人")):
        sheet.cell(row, column).value = text
        sheet.cell(row, column).data_type = "s"
    sheet.insert_cols(3)  # a column of the lead's own
    book.save(path)

    said = read_said(path)
    assert set(said.values()) == {Said("交付延期", "=每周回访"), Said("换了对接人", "")}
    given = [each for each in GIVEN if each[0].key != "slow_customers"]
    given.append((metric("slow_customers", SLOW[:1], name="慢", unit="list"), ("1", "-", "-")))
    found = lists(load_workbook(write(contents(given=given, said=said))), "维度")
    (kept,) = (row for row in found["重点回访客户"] if row[0] == "C004")
    assert kept[7:9] == ["交付延期", "=每周回访"]
    # Whoever is on the list no more stays on it with what was said.
    gone = found["慢"][-1]
    assert (gone[0], gone[1], gone[2], gone[7]) == ("C008", "客户8", "-", "换了对接人")


def test_a_period_without_data_is_a_report_all_the_same(write: Write) -> None:
    given = [(replace(each, current=None, previous=None, change=None, basis={}), ("-", "-", "-"))
             for each, _ in GIVEN]  # fmt: skip
    path = write(contents(given=given, trends={}, facts={}, sources={}))
    report = load_workbook(path)
    assert report.sheetnames == ["周报", "记录质量", "维度", "图表数据"]
    assert table(report)[1][2:5] == ["-", "-", "-"]
    assert not report["周报"]._charts
    assert OpenXmlValidator().validate(path).errors == []


def test_facts_stand_with_their_source_and_what_they_support(report: Workbook) -> None:
    first, second, third = facts(report, "消息")
    assert (first["事实编号"], second["事实编号"], third["事实编号"]) == ("m1", "m2", "m0")
    assert first["我方发出时间"] == datetime(2024, 5, 13, 9)
    assert (first["响应时长(小时)"], second["响应时长(小时)"]) == (24, None)
    assert (first["客户"], first["客户名称"], first["负责人"]) == ("c1", "=星辰", "+李强")
    assert [row["支持的指标"] for row in (first, second, third)] == [
        "avg_response_hours", "avg_response_hours、negative_share", None,
    ]  # fmt: skip
    place = ("来源文件", "来源工作表", "来源行")
    assert [first[key] for key in place] == ["王芳.xlsx", "沟通动态记录表", 3]
    assert [second[key] for key in place] == ["李.xlsx", "回访", None]
    assert [third[key] for key in place] == [None, None, None]


def test_facts_values_are_shown_in_the_workbooks_language(write: Write) -> None:
    (zh,) = facts(load_workbook(write()), "客户")
    assert (zh["客户类型"], zh["标签"]) == ("潜在客户", "高潜力客户、犹豫型")
    assert zh["初次接触时间"] == datetime(2024, 1, 5)
    (rated,) = facts(load_workbook(write()), "评价")
    assert (rated["评价对象"], rated["维度"]) == ("客户评价", "服务响应速度")
    (en,) = facts(load_workbook(write(language="en")), "Customers")
    assert (en["Type"], en["Deals"]) == ("Prospect", 2)


def test_facts_are_native_tables_by_stable_names(write: Write) -> None:
    for language in ("zh", "en"):
        report = load_workbook(write(language=language))
        tables = {name: ref for sheet in report for name, ref in sheet.tables.items()}
        assert set(tables) == {f"facts_{kind}" for kind in FACTS}
        assert tables["facts_messages"].endswith("4")
        hidden = [sheet.title for sheet in report if sheet.sheet_state == "hidden"]
        assert hidden == ["评分" if language == "zh" else "Scores"]


def test_no_text_becomes_a_formula(report: Workbook) -> None:
    for sheet in report:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row), sheet.title


@pytest.mark.parametrize("kind", model.KINDS)
def test_every_kind_and_column_of_facts_has_its_words(kind: str) -> None:
    rows = {
        "customers": model.Customer, "communications": model.Communication,
        "messages": model.Message, "actions": model.Action, "needs": model.Need,
        "issues": model.Issue, "scores": model.Score, "type_changes": model.Change,
        "stage_changes": model.Change, "evaluations": model.Evaluation, "entries": model.Entry,
    }[kind]  # fmt: skip
    words = Words("en")
    assert words(f"facts.sheet.{kind}")
    shown = set(rows._fields) - {"id", "source"}
    assert all(words.get(f"facts.column.{column}") for column in shown)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_the_same_each_time_and_opens_cleanly(write: Write, language: Language) -> None:
    first, second = (write(language=language, name=str(n)) for n in (1, 2))
    assert first.read_bytes() == second.read_bytes()
    assert OpenXmlValidator().validate(first).errors == []
    properties = load_workbook(first).custom_doc_props.props
    assert {each.name: each.value for each in properties} == {
        "xlcrm": "report", "xlcrm-run": "run-1",
    }  # fmt: skip


def test_an_application_opens_it(write: Write, soffice: Any) -> None:
    assert soffice.convert(write(), "pdf").stat().st_size > 10_000
