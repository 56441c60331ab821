"""Where fields lie: in the documents' order, none twice, none forgotten."""

from __future__ import annotations

import itertools

import pytest

from xlcrm.layout.forms import FIRST_UNIT, LABEL_COLUMN, LAST_COLUMN, FormPlan, form_plan
from xlcrm.layout.lists import list_plan
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Table

SPEC = load_spec()
LISTS = [table for table in SPEC.tables.values() if table.layout == "list"]
FORMS = [table for table in SPEC.tables.values() if table.layout == "form"]
both = pytest.mark.parametrize("core", [False, True], ids=["full", "core"])


@both
@pytest.mark.parametrize("table", LISTS, ids=lambda table: table.key)
def test_a_list_has_a_column_a_field(table: Table, core: bool) -> None:
    plan = list_plan(table, core=core)
    shown = [field for field in table.shown(core=core) if "beside" not in field.options]
    columns = [field.key for field in plan.fields if "beside" not in field.options]
    assert columns == [field.key for field in shown]
    assert list(plan.columns.values()) == list(range(len(plan.columns)))


@pytest.mark.parametrize("table", LISTS, ids=lambda table: table.key)
def test_what_is_shown_beside_a_field_stands_right_of_it(table: Table) -> None:
    columns = list_plan(table).columns
    for field in table.fields:
        if beside := field.options.get("beside"):
            assert columns[field.key] == columns[beside] + 1
            assert not field.is_input and field.level == "ext"
    assert not any(
        field.options for field in list_plan(table, core=True).fields if not field.is_input
    )


def test_a_field_left_out_leaves_no_gap() -> None:
    table = SPEC.tables["communication_log"]
    plan = list_plan(table, without={"customer_lookup", "customer_id"})
    assert not {"customer_lookup", "customer_id"} & plan.columns.keys()
    assert list(plan.columns.values()) == list(range(len(plan.columns)))


@both
@pytest.mark.parametrize("table", FORMS, ids=lambda table: table.key)
def test_a_forms_cells_lie_side_by_side(table: Table, core: bool) -> None:
    taken: set[tuple[int, int]] = set()
    for cell in form_plan(table, core=core).cells:
        columns = range(cell.column, cell.column + cell.width)
        assert columns[0] >= LABEL_COLUMN
        assert columns[-1] <= LAST_COLUMN
        places = {(cell.row, column) for column in columns}
        assert not places & taken
        taken |= places


@both
@pytest.mark.parametrize("table", FORMS, ids=lambda table: table.key)
def test_a_form_has_a_place_for_every_field_in_its_sections_order(table: Table, core: bool) -> None:
    plan = form_plan(table, core=core)
    keys = [slot.partition(".")[0] for slot in plan.slots]
    met = [key for key, _ in itertools.groupby(keys)]
    order = {section.key: n for n, section in enumerate(table.sections)}
    shown = sorted(table.shown(core=core), key=lambda field: order[field.section or ""])
    assert met == [field.key for field in shown]


@pytest.mark.parametrize("table", FORMS, ids=lambda table: table.key)
def test_choices_stand_right_of_their_boxes(table: Table) -> None:
    cells = form_plan(table).cells
    for tick, choice in itertools.pairwise(cells):
        if tick.role == "tick":
            assert (choice.role, choice.row, choice.column) == ("choice", tick.row, tick.column + 1)


def action_rows(plan: FormPlan) -> int:
    return len({cell.row for slot, cell in plan.slots.items() if slot.startswith("actions.")})


def test_a_form_has_rows_for_all_actions_of_its_record() -> None:
    table = SPEC.tables["communication_record"]
    assert action_rows(form_plan(table)) == 5
    assert action_rows(form_plan(table, values={"actions": [{"action": "x"}] * 8})) == 8
    assert action_rows(form_plan(table, values={"actions": [{"action": "x"}]})) == 5


def test_the_evaluation_prints_what_each_level_means_beside_its_dimension() -> None:
    plan = form_plan(SPEC.tables["communication_evaluation"])
    printed = [cell for cell in plan.cells if cell.role == "printed"]
    assert [cell.text["zh"] for cell in printed[:4] if cell.text] == [
        "优秀",
        "良好",
        "一般",
        "需改进",
    ]
    assert len(printed) == 4 + 4 * 4
    score = plan.slots["goal_score"]
    assert (score.row, score.column) == (printed[4].row, FIRST_UNIT + 4 * 2)
