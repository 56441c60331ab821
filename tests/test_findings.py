"""The catalogue of findings, and what a finding says."""

from __future__ import annotations

import re

import pytest

from xlcrm.findings import SEVERITIES, Finding, Language, catalogue

# The codes that the documents' rules ask for, by severity.
CODES = {
    "error": """required-missing not-in-list bad-date bad-time bad-number out-of-range bad-id
        duplicate-id id-collision unknown-customer date-order conditional-required bad-credit-code
        private-phone private-email private-id-card private-bank-card no-consent error-value
        ambiguous-tick digits-lost duplicate-header unreadable encrypted not-a-workbook too-large
        suspicious-archive bad-setting""",
    "warning": """late-entry late-completion name-mismatch duplicate-customer unmasked-name
        future-date overdue action-incomplete credit-code-missing id-missing formula-in-input
        edit-conflict unknown-column missing-column old-template needs-review locked unknown-sheet
        contact-codes not-carried""",
    "info": """normalised vague-text year-assumed from-assumed calendar-assumed duplicate-copy
        off-preference channel-fit skipped-temporary macro-ignored field-in-use""",
}
LANGUAGES: tuple[Language, ...] = ("zh", "en")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
PHONE = "13812345678"


def test_the_codes_are_these() -> None:
    for severity in SEVERITIES:
        found = {name for name, code in catalogue().items() if code.severity == severity}
        assert found == set(CODES[severity].split())


@pytest.mark.parametrize("code", catalogue().values(), ids=lambda code: code.name)
def test_a_code_is_worded_in_both_languages(code: object) -> None:
    wordings = [text for wording in code.variants.values() for text in wording]  # type: ignore[attr-defined]
    for texts in (code.message, code.remedy, *code.details.values(), *wordings):  # type: ignore[attr-defined]
        places = {language: set(PLACEHOLDER.findall(texts[language])) for language in LANGUAGES}
        assert places["zh"] == places["en"]
        assert all(texts[language].strip() for language in LANGUAGES)


def test_a_message_says_what_is_wrong_what_to_do_and_what_is_meant() -> None:
    finding = Finding(
        "not-in-list",
        "张伟/5月.xlsx",
        "沟通动态记录表",
        "D7",
        value="意向客戶",
        suggestion="意向客户",
        parameters={"label": {"zh": "客户类型", "en": "Customer type"}},
    )
    assert finding.severity == "error"
    assert finding.place() == "张伟/5月.xlsx · 沟通动态记录表 · D7"
    assert finding.message("zh") == (
        "客户类型“意向客戶”不在列表中:请从下拉列表中选一项,是否为“意向客户”?"
    )
    assert finding.message("en") == (
        "Customer type “意向客戶” is not in the list: "
        "choose one from the dropdown list; did you mean “意向客户”?"
    )


def test_a_place_of_a_file_alone_and_what_a_terminal_must_not_see() -> None:
    assert Finding("locked", "a\x1b.xlsx").place() == "a\\x1b.xlsx"
    assert "\n" not in Finding("bad-date", "a", value="一\n二").message("zh")
    assert "…" in Finding("bad-date", "a", value="很长" * 50).message("zh")


def test_private_values_are_masked_when_a_finding_is_made() -> None:
    parameters = {"label": PHONE, "read": {"zh": PHONE, "en": PHONE}}
    finding = Finding(
        "normalised",
        "a.xlsx",
        record=f"C001 · {PHONE}",
        value="138\u200b12345678",
        suggestion=PHONE,
        parameters=parameters,
    )
    told = [finding.record, finding.value, finding.suggestion, str(finding.parameters)]
    for language in LANGUAGES:
        told += [finding.message(language), str(finding.to_json(language))]
    assert all(PHONE not in str(text) and "138****5678" in str(text) for text in told)


def test_a_finding_goes_through_state_and_back() -> None:
    finding = Finding(
        "bad-date",
        "a.xlsx",
        "表",
        "B2",
        table="log",
        field="date",
        value="x",
        parameters={"label": {"zh": "日期", "en": "Date"}},
    )
    state = finding.to_state()
    assert Finding.from_state(state, finding.file) == finding
    assert set(state) == {"code", "file", "sheet", "cell", "table", "field", "value", "parameters"}


def test_json_has_all_keys() -> None:
    assert Finding("locked", "a.xlsx").to_json("en") == {
        "code": "locked",
        "severity": "warning",
        "file": "a.xlsx",
        "sheet": None,
        "cell": None,
        "table": None,
        "field": None,
        "record": None,
        "value": None,
        "message": Finding("locked", "a.xlsx").message("en"),
        "suggestion": None,
    }


def test_an_unknown_code_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        Finding("no-such-code", "a.xlsx")
