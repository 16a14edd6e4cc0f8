"""Results of the order tools: diagnosis, overdue orders, findings about records."""

from pydantic import Field

from api.mcp.results import Brief, Money, Named, OnlyId, OrderId, Page, Result, Team


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
    also_reported_as: list[str] = Field(description="Other reports of the same failure.")
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
