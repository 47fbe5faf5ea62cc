"""Words of the organization: kinds of unit, roles, and what each role may do."""

from enum import StrEnum

from django.db import models


class UnitKind(models.TextChoices):
    ORGANIZATION = "organization", "Organization"
    REGION = "region", "Region"
    LOCATION = "location", "Location"
    TEAM = "team", "Team"
    PERSON = "person", "Person"


class Role(models.TextChoices):
    CX_LEAD = "cx_lead", "CX lead"
    MANAGER = "manager", "Manager"
    FRONTLINE = "frontline", "Frontline"
    COMPLAINTS_HANDLER = "complaints_handler", "Complaints handler"
    ANALYST = "analyst", "Analyst"
    EXECUTIVE = "executive", "Executive"
    ADMINISTRATOR = "administrator", "Administrator"


class Permission(StrEnum):
    """What a role may do within the units it is given for."""

    READ_FEEDBACK = "read_feedback"
    MANAGE_SURVEYS = "manage_surveys"  # design them, send them, set the rule of how often anybody is asked
    READ_PERSONAL_DATA = "read_personal_data"  # unmasked comments, names and addresses of customers
    HANDLE_FEEDBACK = "handle_feedback"
    DECIDE_COMPLAINTS = (
        "decide_complaints"  # and answer appeals: not a matter of those who run the place complained about
    )
    READ_VULNERABILITY = "read_vulnerability"  # what makes a customer more easily harmed
    READ_SCORES = "read_scores"
    READ_INSIGHTS = "read_insights"
    CURATE_THEMES = "curate_themes"
    READ_CASES = "read_cases"
    WORK_CASES = "work_cases"
    READ_STRATEGY = "read_strategy"
    MANAGE_STRATEGY = "manage_strategy"
    MANAGE_RULES = "manage_rules"
    READ_REPORTS = "read_reports"
    IMPORT_DATA = "import_data"
    EXPORT_DATA = "export_data"
    ADMINISTER = "administer"


class KeyScope(models.TextChoices):
    """What an API key may do."""

    WRITE_EVENTS = "events:write", "Send events"


UNDIVIDED = frozenset(
    {Permission.MANAGE_RULES, Permission.MANAGE_SURVEYS, Permission.IMPORT_DATA, Permission.ADMINISTER}
)
"""What these open is the whole company's and can't be divided by unit, so only a role for the whole company gives them."""

_READ = {
    Permission.READ_FEEDBACK,
    Permission.READ_SCORES,
    Permission.READ_INSIGHTS,
    Permission.READ_CASES,
    Permission.READ_STRATEGY,
    Permission.READ_REPORTS,
}

GRANTS: dict[str, frozenset[Permission]] = {
    Role.CX_LEAD: frozenset(set(Permission) - {Permission.ADMINISTER}),
    Role.MANAGER: frozenset(
        _READ
        | {
            Permission.READ_PERSONAL_DATA,
            Permission.HANDLE_FEEDBACK,
            Permission.WORK_CASES,
            Permission.EXPORT_DATA,
        }
    ),
    Role.FRONTLINE: frozenset(
        {Permission.READ_FEEDBACK, Permission.READ_SCORES, Permission.READ_CASES, Permission.WORK_CASES}
    ),
    Role.COMPLAINTS_HANDLER: frozenset(
        _READ
        | {
            Permission.READ_PERSONAL_DATA,
            Permission.HANDLE_FEEDBACK,
            Permission.DECIDE_COMPLAINTS,
            Permission.READ_VULNERABILITY,
            Permission.WORK_CASES,
            Permission.IMPORT_DATA,
        }
    ),
    Role.ANALYST: frozenset(
        _READ | {Permission.CURATE_THEMES, Permission.IMPORT_DATA, Permission.EXPORT_DATA}
    ),
    Role.EXECUTIVE: frozenset(_READ),
    Role.ADMINISTRATOR: frozenset({Permission.ADMINISTER}),
}
