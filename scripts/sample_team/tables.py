"""Records of the tables other than the log, from the lines of lists.toml and forms.toml."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sample_team.team import CUSTOMERS, TYPED, Customer, Values, credit_code, data

Forms = Mapping[str, Mapping[str, list[Values]]]
_ISSUE_DAYS = {
    "reported": "reported_on",
    "due": "due",
    "completed": "completed_on",
    "informed": "informed_on",
    "archived": "archived_on",
}


def forms(name: str) -> Forms:
    """Return the records of a file of forms by table, then by the workbook that holds them."""
    by_table: dict[str, dict[str, list[Values]]] = defaultdict(lambda: defaultdict(list))
    for table, records in data(name).items():
        for record in records:
            customer = CUSTOMERS[record.pop("customer")]
            values = {"customer_name": customer.name, **record}
            by_table[table][values.pop("in")].append(values)
            if table != "communication_evaluation":
                values |= {"customer_id": customer.id, "contact": customer.contact}
            if table in ("revisit_record", "communication_record"):
                values["contact_info"] = f"客户联系方式-{int(customer.id[1:])}"
    return by_table


def crm_rows() -> list[Values]:
    """Return the rows of the CRM record."""
    return [_crm_row(dict(line)) for line in data("lists")["crm"]]


def issue_rows(name: str) -> list[Values]:
    """Return rows of issue tracking, by their name in lists.toml."""
    return [_issue_row(dict(line)) for line in data("lists")[name]]


def old_issue_rows(issues: Sequence[Values]) -> list[Values]:
    """Return those of the issues that an older list has, as it has them."""
    old = data("lists")["old_issues"]
    rows = [row | old["changes"].get(row["issue_id"], {}) for row in issues]
    rows = [row for row in rows if row["issue_id"] in old["ids"]]
    return [{key: value for key, value in row.items() if value != ""} for row in rows]


def _crm_row(line: Values) -> Values:
    customer, day = CUSTOMERS[line.pop("customer")], f"2024-{line.pop('day')}"
    follow_up = {"date": f"2024-{line.pop('due')}", "text": line.pop("action")}
    row: Values = {
        "customer_name": customer.name,
        "contact": customer.contact,
        "contact_title": customer.title,
        "industry": customer.industry,
        "customer_size": customer.size,
        "first_contact": customer.first.isoformat(),
        "last_interaction": day,
        "participants": f"刘洋、{customer.contact}",
        "owner": "刘洋",
        "follow_up_due": follow_up,
        "customer_id": customer.id,
        "credit_code": credit_code(customer.id),
        "recorded_at": f"{day}T18:{int(customer.id[1:])}",
    }
    if line.pop("in_brackets", False):
        row[TYPED] = _code_in_brackets(customer)
    return row | line


def _code_in_brackets(customer: Customer) -> dict[str, str]:
    return {"customer_name": f"{customer.name}({credit_code(customer.id)})", "credit_code": ""}


def _issue_row(line: Values) -> Values:
    customer = CUSTOMERS[line.pop("customer")]
    days = {key: f"2024-{line.pop(name)}" for name, key in _ISSUE_DAYS.items() if name in line}
    row: Values = {
        "issue_id": line.pop("id"),
        "customer_name": customer.name,
        "customer_id": customer.id,
        "progress": "已完成" if "completed_on" in days else "待处理",
    }
    return row | days | line
