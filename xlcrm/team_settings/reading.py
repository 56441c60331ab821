"""A filled settings workbook to settings and findings."""

from __future__ import annotations

from xlcrm.findings import Finding
from xlcrm.records import FileReading
from xlcrm.spec.changes import change_vocabularies
from xlcrm.spec.model import Spec
from xlcrm.spec.settings import Settings
from xlcrm.team_settings.aliases import read_aliases, read_customers
from xlcrm.team_settings.choices import read_choices
from xlcrm.team_settings.fields import named_lists, read_fields
from xlcrm.team_settings.members import read_members
from xlcrm.team_settings.parameters import read_parameters
from xlcrm.team_settings.rows import Row, rows_of
from xlcrm.values import dataclass

CUSTOMER_ALIASES = "customer_aliases"  # the list of names and ids that are decided to be one


@dataclass(frozen=True)
class TeamSettings:
    """What a workbook sets, and what is wrong with it; ``rows`` are those of fields, by table and
    key; ``has_aliases`` is whether it has the list of customers' aliases."""

    settings: Settings
    findings: list[Finding]
    rows: dict[tuple[str, str], Row]
    has_aliases: bool


def read_settings(reading: FileReading, spec: Spec, settings_spec: Spec) -> TeamSettings:
    """Return what the settings workbook that was read sets otherwise than ``spec`` declares.

    The findings are those that settings alone can have; those of any workbook are the reading's.
    """
    rows = {key: list(rows_of(reading, settings_spec, key)) for key in settings_spec.tables}
    choices, findings = read_choices(rows["choices"], spec, named_lists(rows["fields"]))
    lists = change_vocabularies(spec.vocabularies, choices)
    fields = read_fields(rows["fields"], spec, lists)
    own_lists = {**lists, **settings_spec.vocabularies}
    parameters, wrong_parameters = read_parameters(rows["parameters"], spec, own_lists)
    customers, apart, wrong_customers = read_customers(rows[CUSTOMER_ALIASES])
    needs, wrong_needs = read_aliases(rows["need_aliases"])
    members, wrong_members = read_members(rows["members"])
    settings = Settings(
        parameters=parameters,
        shown=fields.shown,
        customer_aliases=customers,
        customers_apart=tuple(apart),
        need_aliases=needs,
        fields=fields.fields,
        order=fields.order,
        choices=choices,
        members=members,
    )
    findings += [*fields.findings, *wrong_parameters, *wrong_customers, *wrong_needs]
    has_aliases = CUSTOMER_ALIASES in reading.tables
    return TeamSettings(settings, [*findings, *wrong_members], fields.rows, has_aliases)
