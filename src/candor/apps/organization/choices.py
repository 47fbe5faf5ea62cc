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
    SPEAK_UP = "speak_up"  # post ideas and notes, vote, answer pulses
    MANAGE_FRONTLINE = "manage_frontline"  # look after the board of ideas, write and open pulses
    IMPORT_DATA = "import_data"
    EXPORT_DATA = "export_data"
    ADMINISTER = "administer"


class KeyScope(models.TextChoices):
    """What an API key may do."""

    WRITE_EVENTS = "events:write", "Send events"
    READ_SURVEYS = "surveys:read", "Read surveys"
    WRITE_SURVEYS = "surveys:write", "Design, publish and close surveys"
    READ_INVITATIONS = "invitations:read", "Read who was invited"
    WRITE_INVITATIONS = "invitations:write", "Invite customers"
    READ_RESPONSES = "responses:read", "Read what was answered, comments masked"
    WRITE_RESPONSES = "responses:write", "Answer surveys"
    READ_CUSTOMERS = "customers:read", "Read customers, without names and addresses"
    WRITE_CUSTOMERS = "customers:write", "Add and change customers"
    ERASE_CUSTOMERS = "customers:erase", "Erase customers everywhere"
    READ_FEEDBACK = "feedback:read", "Read feedback, comments masked"
    WRITE_FEEDBACK = "feedback:write", "Send feedback"
    READ_COMPLAINTS = "complaints:read", "Read the register of complaints, comments masked"
    WRITE_COMPLAINTS = "complaints:write", "Send complaints"
    WORK_COMPLAINTS = (
        "complaints:work",
        "Work on complaints, from notes to decisions and letters, in the name of members of staff",
    )
    READ_REVIEWS = "reviews:read", "Read reviews with our replies, and who was asked for one"
    WRITE_REVIEWS = "reviews:write", "Write replies to reviews and hand them on"
    APPROVE_REVIEWS = "reviews:approve", "Approve replies to reviews in the name of a member of staff"
    READ_IDEAS = "ideas:read", "Read the board of ideas"
    WRITE_IDEAS = "ideas:write", "Post, vote on, comment on and answer ideas for members of staff"
    READ_PULSES = "pulses:read", "Read what of pulses may be shown"
    READ_CONVERSATIONS = "conversations:read", "Read conversations, words masked"
    WRITE_CONVERSATIONS = "conversations:write", "Send what customers wrote elsewhere"
    ANSWER_CONVERSATIONS = (
        "conversations:answer",
        "Answer, close and hand over conversations in the name of members of staff",
    )
    READ_PERSONAL_DATA = (
        "personal:read",
        "Personal data in what it reads: names, addresses, comments as written",
    )
    READ_WEBHOOKS = "webhooks:read", "Read which events webhooks tell of"


SCOPE_GRANTS: dict[str, Permission] = {
    KeyScope.READ_SURVEYS: Permission.READ_FEEDBACK,
    KeyScope.READ_INVITATIONS: Permission.READ_FEEDBACK,
    KeyScope.READ_RESPONSES: Permission.READ_FEEDBACK,
    KeyScope.READ_CUSTOMERS: Permission.READ_FEEDBACK,
    KeyScope.WRITE_CUSTOMERS: Permission.HANDLE_FEEDBACK,
    KeyScope.READ_FEEDBACK: Permission.READ_FEEDBACK,
    KeyScope.READ_COMPLAINTS: Permission.READ_FEEDBACK,
    KeyScope.WORK_COMPLAINTS: Permission.HANDLE_FEEDBACK,
    KeyScope.READ_REVIEWS: Permission.READ_FEEDBACK,
    KeyScope.WRITE_REVIEWS: Permission.HANDLE_FEEDBACK,
    KeyScope.APPROVE_REVIEWS: Permission.HANDLE_FEEDBACK,
    KeyScope.READ_CONVERSATIONS: Permission.READ_FEEDBACK,
    KeyScope.ANSWER_CONVERSATIONS: Permission.HANDLE_FEEDBACK,
    KeyScope.READ_PERSONAL_DATA: Permission.READ_PERSONAL_DATA,
    KeyScope.ERASE_CUSTOMERS: Permission.EXPORT_DATA,
}
"""What a key sees in the place of a person: the permission that rows are chosen by, within the key's unit."""


UNDIVIDED = frozenset(
    {
        Permission.MANAGE_RULES,
        Permission.MANAGE_SURVEYS,
        Permission.MANAGE_FRONTLINE,
        Permission.IMPORT_DATA,
        Permission.ADMINISTER,
    }
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
            Permission.SPEAK_UP,
            Permission.EXPORT_DATA,
        }
    ),
    Role.FRONTLINE: frozenset(
        {
            Permission.READ_FEEDBACK,
            Permission.READ_SCORES,
            Permission.READ_CASES,
            Permission.WORK_CASES,
            Permission.SPEAK_UP,
        }
    ),
    Role.COMPLAINTS_HANDLER: frozenset(
        _READ
        | {
            Permission.READ_PERSONAL_DATA,
            Permission.HANDLE_FEEDBACK,
            Permission.DECIDE_COMPLAINTS,
            Permission.READ_VULNERABILITY,
            Permission.WORK_CASES,
            Permission.SPEAK_UP,
            Permission.IMPORT_DATA,
        }
    ),
    Role.ANALYST: frozenset(
        _READ
        | {Permission.CURATE_THEMES, Permission.SPEAK_UP, Permission.IMPORT_DATA, Permission.EXPORT_DATA}
    ),
    Role.EXECUTIVE: frozenset(_READ | {Permission.SPEAK_UP}),
    Role.ADMINISTRATOR: frozenset({Permission.ADMINISTER, Permission.SPEAK_UP}),
}
