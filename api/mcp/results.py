"""Typed results of the tools: GraphQL's types with fewer fields."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Result(BaseModel):
    """Made from GraphQL's answer; fields that a result does not have are left out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


class Money(Result):
    amount: str = Field(description="A decimal number.")
    currency: str


class Number(Result):
    """An expected number; the truth is between low and high in four of five cases."""

    expected: float
    low: float
    high: float
    possible: int = Field(description="How many may be affected at all.")


class Amount(Result):
    """An expected amount; the truth is between low and high in four of five cases."""

    currency: str
    expected: str
    low: str
    high: str
    converted: bool = Field(description="Whether it is the sum of all currencies, in the reporting currency.")


class Named(Result):
    id: str
    name: str


class Team(Named):
    contact: str


class Sentence(Result):
    sentence: str


class Failure(Result):
    id: str
    target: Named
    failure_class: str = Field(alias="class")
    severity: str
    summary: str
    started_at: str
    expected_end: str | None
    ended_at: str | None
    active: bool


class Totals(Result):
    orders: Number
    stuck: Number = Field(description="Orders that wait now.")
    exposed: Number = Field(description="Orders that were affected and went on.")
    upcoming: Number = Field(description="Orders that will be affected.")
    records_only: Number = Field(description="Orders of which only postings or messages are affected.")
    promises_missed: Number
    postings: Number
    notifications: Number
    tasks: Number
    value: list[Amount]
    refunds_at_risk: list[Amount]


class OwnerShare(Result):
    team: Team
    orders: int
    value: list[Money]


class Absorption(Result):
    """Where a failure was stopped, and how."""

    element: Named
    rule: str
    detail: str


class Brief(Result):
    """An answer with lists that may be cut."""

    omitted: dict[str, int] = Field(description="How many items of which lists were left out.")


class BlastRadius(Brief):
    as_of: str
    topology: str
    headline: str
    failures: list[Failure]
    totals: Totals
    owners: list[OwnerShare] = Field(description="Teams to call, by what is at stake.")
    absorbed: list[Absorption] = Field(description="Where failures were stopped: why little is affected.")
    assumptions: list[str]
    left_out: list[str] = Field(description="What the answer does not cover.")
    complete: bool


class Page(Result):
    """A page of a list; `nextCursor` is null on the last one."""

    total_count: int
    next_cursor: str | None
    note: str | None = Field(description="Why the list is empty, where it is.")


class OrderId(Result):
    id: str
    channel: str
    region: str | None
    customer_tier: str | None
    value: Money
    promised_by: str | None


class AffectedOrder(Result):
    order: OrderId
    band: str
    effect: str
    first_hit: Named
    hit_at: str
    likelihood: float
    expected_delay: str | None
    expected_completion: str | None
    misses_promise: bool
    miss_likelihood: float
    path: Sentence


class AffectedOrders(Page):
    as_of: str
    headline: str
    items: list[AffectedOrder]


class OnlyId(Result):
    id: str


class AffectedRecord(Result):
    order: OnlyId
    fulfillment: str
    type: str
    effect: str
    likelihood: float
    due: str | None
    expected_at: str | None
    amount: Money | None = None
    path: Sentence


class AffectedRecords(Page):
    as_of: str
    headline: str
    items: list[AffectedRecord]


class Explanation(Brief):
    as_of: str
    order: str
    affected: bool
    sentence: str
    paths: list[Sentence]
    stopped_by: list[Absorption]


class TimelineEntry(Result):
    at: str
    kind: str
    title: str
    expected: bool = Field(description="Whether it lies ahead.")
    late: bool


class Cause(Result):
    kind: str
    likelihood: float
    element: Named | None
    failure: OnlyId | None
    evidence: str


class MissingRecord(Result):
    kind: str
    type: str
    due: str
    late_by: str
    amount: Money | None
    sentence: str | None


class Peers(Result):
    overdue: int
    total: int
    step: Named
    location: Named | None


class Diagnosis(Brief):
    order: OrderId
    status: str
    placed_at: str
    matched: str = Field(description="What of the order the text matched.")
    state: str
    since: str | None
    headline: str
    next_expected: str | None
    causes: list[Cause]
    missing: list[MissingRecord]
    out_of_sequence: list[MissingRecord]
    peers: Peers | None
    owner: Team | None
    playbooks: list[Named]
    customer_message: str | None = Field(description="What may be sent to the customer.")
    timeline: list[TimelineEntry] = Field(description="The latest entries and those ahead.")
    left_out: list[str]


class OverdueOrder(Result):
    order: OrderId
    step: str | None
    location: str | None
    beyond: str = Field(description="How long it is past its limit.")


class OverdueGroup(Result):
    key: dict[str, str | None]
    overdue: int
    total: int
    value: list[Money]


class CommonFactor(Result):
    dimension: str
    value: str
    overdue_with: int
    total_with: int
    lift: float


class Overdue(Page):
    as_of: str
    items: list[OverdueOrder]
    groups: list[OverdueGroup]
    in_common: list[CommonFactor]
    suspects: list[Cause] = Field(description="Elements that would explain what no failure explains.")


class RecordFinding(Result):
    order: OnlyId
    fulfillment: str
    kind: str
    type: str
    effect: str
    due: str | None
    late_by: str | None
    amount: Money | None
    expected_amount: Money | None
    likely_cause: Cause | None


class RecordTotal(Result):
    kind: str
    type: str
    effect: str
    count: int
    amount: list[Money]
    longest: str = Field(description="How long the longest is overdue.")


class RecordFindings(Page):
    as_of: str
    items: list[RecordFinding]
    totals: list[RecordTotal]


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


class Hit(Result):
    id: str
    kind: str
    name: str | None
    matched: str


class Hits(Result):
    items: list[Hit]
    note: str | None = Field(description="Why the list is empty, where it is.")


class ElementLine(Named):
    kind: str


class Neighbours(Result):
    total_count: int
    items: list[ElementLine]


class Impairment(Result):
    effect: str
    since: str = Field(alias="from")
    until: str | None
    likelihood: float
    path: Sentence


class Element(Brief):
    id: str
    kind: str
    name: str
    owner: Team | None
    attributes: dict[str, Any] = Field(description="What the topology declares for it.")
    impairments: list[Impairment] = Field(description="By the failures that are active now.")
    dependents: Neighbours = Field(description="What needs it directly or over others, nearest first.")
    dependencies: Neighbours = Field(description="What it needs, nearest first.")


class Neighbourhood(Page):
    items: list[ElementLine]


class Paths(Result):
    items: list[Sentence]
    note: str | None
