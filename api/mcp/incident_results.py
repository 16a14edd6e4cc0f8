"""Results of the incident tools: failures and incidents."""

from pydantic import Field

from api.mcp.results import Amount, Brief, Failure, Named, Number, Page, Result, Team


class Failures(Page):
    as_of: str
    items: list[Failure]


class IncidentTotals(Result):
    orders: Number
    promises_missed: Number
    value: list[Amount]


class IncidentLine(Result):
    id: str
    rank: int
    headline: str
    impact: str
    started_at: str
    active: bool
    state: str
    reason: str
    assignee: str | None
    owner: Team | None
    estimates: IncidentTotals | None


class Incidents(Page):
    as_of: str
    items: list[IncidentLine]


class RootCause(Result):
    element: Named
    failure_class: str = Field(alias="class")
    score: float
    started_at: str
    evidence: str


class ChecklistStep(Result):
    number: int
    text: str
    state: str
    owner: Named | None
    approval: Named | None


class Note(Result):
    at: str
    by: str | None
    text: str


class Incident(Brief):
    id: str
    headline: str
    impact: str
    started_at: str
    active: bool
    quiet: bool
    state: str
    reason: str
    assignee: str | None
    owner: Team | None
    estimates: IncidentTotals | None
    failures: list[Failure]
    likely_cause: list[RootCause]
    checklist: list[ChecklistStep]
    notes: list[Note]
