"""Results of the impact tools: blast radius, affected orders and records, explanation."""

from pydantic import Field

from api.mcp.results import (
    Absorption,
    Amount,
    Brief,
    Failure,
    Money,
    Named,
    Number,
    OnlyId,
    OrderId,
    Page,
    Result,
    Sentence,
    Team,
)


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
