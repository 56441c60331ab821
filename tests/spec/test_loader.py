"""A mistake in a declaration is named with its file, table and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlcrm import resources
from xlcrm.spec.checks import SpecError
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings

LOG = "tables/communication_log.toml"
FORM = "tables/revisit_record.toml"
EVALUATION = "tables/communication_evaluation.toml"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy of the declarations, to be broken."""
    target = tmp_path / "templates"
    resources.copy_tree(resources.templates(), target)
    return target


def broken(templates: Path, file: str, old: str, new: str) -> str:
    """Replace the first `old` in `file`; return what the loader says of it."""
    path = templates / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SpecError) as error:
        load_spec(templates=templates)
    return str(error.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        pytest.param(LOG, 'type = "date"', 'type = "day"', ["date", "day"], id="type"),
        pytest.param(LOG, 'type = "date", ', "", ["date", "type"], id="no type"),
        pytest.param(
            EVALUATION, 'list = "level"', 'list = "levels"', ["goal_level", "levels"], id="list"
        ),
        pytest.param(
            EVALUATION, 'list = "level", ', "", ["goal_level", "list"], id="a choice without a list"
        ),
        pytest.param(LOG, ', en = "Topic"', "", ["topic", "en"], id="field's English label"),
        pytest.param(LOG, ', en = "Communication Log"', "", ["en"], id="table's English label"),
        pytest.param(FORM, ', en = "The talk"', "", ["talk", "en"], id="section's English label"),
        pytest.param(
            LOG, 'en = "Ours"', 'en = ""', ["participants", "ours", "en"], id="part's English label"
        ),
        pytest.param(LOG, 'zh = "沟通主题"', 'zh = "沟通日期"', ["topic", "date"], id="same label"),
        pytest.param(
            LOG, 'aliases = ["主题"]', 'aliases = ["日期"]', ["topic", "date"], id="same alias"
        ),
        pytest.param(LOG, 'key = "topic"', 'key = "date"', ["twice"], id="same key"),
        pytest.param(LOG, 'key = "topic", ', "", ["沟通主题", "key"], id="no key"),
        pytest.param(
            LOG, '"date", "topic"]', '"day"]', ["natural_key", "day"], id="natural key's field"
        ),
        pytest.param(
            LOG, '["date", "topic"]]', '["day"]]', ["identity", "day"], id="identity's field"
        ),
        pytest.param(LOG, 'date = "date"', 'date = "day"', ["date", "day"], id="the date's field"),
        pytest.param(LOG, 'later = "replied_at"', 'later = "then"', ["order", "then"], id="rule"),
        pytest.param(
            LOG, '"next_action", "action', '"what", "action', ["required-if", "what"], id="needs"
        ),
        pytest.param(LOG, '{rule = "order", ', "{", ["rule"], id="a rule without its name"),
        pytest.param(
            FORM, 'section = "talk"', 'section = "tlak"', ["last_time", "tlak"], id="section"
        ),
        pytest.param(LOG, 'layout = "list"', 'layout = "page"', ["layout"], id="layout"),
        pytest.param(LOG, 'level = "ext"', 'level = "more"', ["customer_name"], id="level"),
        pytest.param(LOG, "position = 2\n", "", ["position"], id="no position"),
        pytest.param(LOG, 'date = "date"', 'dated = "date"', ["dated"], id="table's attribute"),
        pytest.param(
            LOG, "required = true", "requried = true", ["date", "requried"], id="field's attribute"
        ),
        pytest.param(
            LOG,
            '{key = "need_met", use',
            '{key = "need_mets", use',
            ["need_mets", "shared_fields.toml"],
            id="not shared",
        ),
        pytest.param(
            EVALUATION,
            "{goal_score}",
            "{gaol_score}",
            ["overall_score", "gaol_score"],
            id="formula",
        ),
        pytest.param(
            EVALUATION, "{list.level}", "{list.x}", ["overall_score"], id="formula's list"
        ),
        pytest.param(EVALUATION, "column = {", "colum = {", ["goal_score", "colum"], id="grid"),
    ],
)
def test_a_tables_mistake_is_named(
    templates: Path, file: str, old: str, new: str, named: list[str]
) -> None:
    said = broken(templates, file, old, new)
    assert said.startswith(f"{file}: ")
    assert f"table {Path(file).stem}: " in said
    assert all(word in said.partition(": ")[2] for word in named), said


@pytest.mark.parametrize("file", [LOG, "vocabularies.toml", "shared_fields.toml"])
def test_bad_toml_is_named_with_its_line(templates: Path, file: str) -> None:
    said = broken(templates, file, "zh = ", "zh == ")
    assert said.startswith(f"{file}: ") and "line " in said


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            '{value = "潜在客户", en = "Prospect"',
            '{value = "潜在客户"',
            ["customer_type", "潜在客户"],
        ),
        ('{value = "潜在客户", ', "{", ["customer_type", "value"]),
        ('value = "意向客户"', 'value = "潜在客户"', ["customer_type", "twice"]),
        ('aliases = ["潜在"]', 'aliases = ["意向"]', ["customer_type", "意向", "潜在客户"]),
        (', en = "Customer type"', "", ["customer_type", "en"]),
    ],
)
def test_a_vocabularys_mistake_is_named(
    templates: Path, old: str, new: str, named: list[str]
) -> None:
    said = broken(templates, "vocabularies.toml", old, new)
    assert said.startswith("vocabularies.toml: ")
    assert all(word in said for word in named), said


def test_a_parameters_mistake_is_named(templates: Path) -> None:
    said = broken(templates, "parameters.toml", "value = 48\n", "")
    assert said == "parameters.toml: slow_hours: value is missing"


@pytest.mark.parametrize(
    "settings",
    [
        Settings(parameters={"slow_hour": 24}),
        Settings(shown={"communication_log": ("urgncy",)}),
        Settings(shown={"communication_logs": ("urgency",)}),
    ],
)
def test_settings_of_what_is_not_declared_are_refused(settings: Settings) -> None:
    with pytest.raises(SpecError, match=r"slow_hour|urgncy|communication_logs"):
        load_spec(settings)


def test_settings_hold() -> None:
    spec = load_spec(
        Settings({"slow_hours": 24}, {"communication_log": ("urgency",)}, {"华东": "华东智造"})
    )
    assert spec.parameter("slow_hours") == 24
    shown = [field.key for field in spec.tables["communication_log"].shown()]
    assert shown[-1] == "urgency" and "good_case" not in shown
    assert spec.customer_aliases == {"华东": "华东智造"}


def test_the_version_follows_the_declarations(templates: Path) -> None:
    before = load_spec(templates=templates).version
    assert load_spec(templates=templates).version == before
    path = templates / LOG
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert load_spec(templates=templates).version != before


def test_a_table_is_a_file(templates: Path) -> None:
    """A tenth table by declaration alone: no other file names it."""
    text = (templates / "tables/issue_tracking.toml").read_text(encoding="utf-8")
    text = text.replace("position = 4", "position = 40")
    (templates / "tables/visit_plan.toml").write_text(text, encoding="utf-8")
    spec = load_spec(templates=templates)
    assert list(spec.tables)[-1] == "visit_plan"
    assert len(spec.tables) == len(load_spec().tables) + 1
