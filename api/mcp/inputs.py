"""Arguments of the tools: the names and meanings are those of GraphQL."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

DEFAULT_SIZE = 10
LARGEST_SIZE = 50
"""Items of a page."""
_LONGEST_TEXT = 1000

FailureClass = Literal[
    "OUTAGE",
    "TRANSIENT",
    "LATENCY",
    "BACKLOG",
    "SCHEMA_MISMATCH",
    "BUSINESS_RULE",
    "STALE_DATA",
    "DUPLICATE",
    "MISSED_RUN",
    "CAPACITY",
]
RecordEffect = Literal["MISSING", "LATE", "WRONG", "DUPLICATED", "OUT_OF_SEQUENCE"]
OrderSort = Literal["VALUE_DESC", "PROMISE_ASC", "DELAY_DESC", "PLACED_ASC"]
OverdueDimension = Literal[
    "CHANNEL", "MODE", "REGION", "LOCATION", "WORKFLOW", "STEP", "TIER", "CURRENCY", "CARRIER", "SUPPLIER"
]


class Input(BaseModel):
    """Names are GraphQL's; an unknown one is an error."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)

    def variables(self) -> dict[str, Any]:
        """As GraphQL takes it."""
        return self.model_dump(by_alias=True, exclude_none=True)


class OrderFilter(Input):
    """Only orders that fit every given list; without any, all orders."""

    ids: list[str] | None = Field(None, description="Orders, such as order:O-1001.")
    channels: list[str] | None = None
    modes: list[str] | None = Field(None, description="Fulfillment modes.")
    regions: list[str] | None = None
    locations: list[str] | None = None
    workflows: list[str] | None = None
    steps: list[str] | None = Field(None, description="Steps that they are in, such as step:store/pick.")
    tiers: list[str] | None = Field(None, description="Customer tiers.")
    currencies: list[str] | None = None
    carriers: list[str] | None = None
    suppliers: list[str] | None = None
    min_value: str | None = Field(None, description="In the order's own currency, such as 100.00.")
    placed_from: str | None = Field(None, description="ISO 8601, with a zone.")
    placed_to: str | None = None
    promised_before: str | None = None
    bands: list[Literal["STUCK", "EXPOSED", "UPCOMING", "RECORDS_ONLY"]] | None = Field(
        None,
        description="STUCK waits now, EXPOSED was affected, UPCOMING will be, RECORDS_ONLY: a posting or a "
        "message only.",
    )
    effects: list[Literal["REJECTED", "BLOCKED", "DELAYED", "STALE", "DUPLICATED", "DEGRADED"]] | None = None
    will_miss_promise: bool | None = None


class Scope(Input):
    """Which orders a supposed failure affects; what is absent does not restrict."""

    locations: list[str] | None = None
    regions: list[str] | None = None
    channels: list[str] | None = None
    modes: list[str] | None = None
    message_types: list[str] | None = None
    versions: list[str] | None = None
    carriers: list[str] | None = None
    suppliers: list[str] | None = None
    currencies: list[str] | None = None
    workflows: list[str] | None = None


class SupposedFailure(Input):
    """A failure that nobody reported, for a what-if question. Nothing is stored."""

    target: str = Field(description="Id of the element that fails, such as system:oms; `find` has ids.")
    failure_class: FailureClass = Field(alias="class")
    started_at: str | None = Field(None, description="ISO 8601 with a zone; null: the moment of the answer.")
    expected_end: str | None = Field(None, description="ISO 8601 with a zone; null: estimated.")
    delay: str | None = Field(None, description="ISO 8601 duration such as PT30M, for LATENCY and BACKLOG.")
    error_rate: float | None = Field(None, ge=0, le=1, description="Share of calls that fail, for TRANSIENT.")
    scope: Scope | None = None


Failures = Annotated[
    list[str] | None,
    Field(description="Reported failures by id. Without these and `suppose`: all that are active."),
]
Suppose = Annotated[
    list[SupposedFailure] | None,
    Field(description="Supposed failures, alone or together with `failures`.", max_length=10),
]
Where = Annotated[OrderFilter | None, Field(description="Only these orders.")]
AsOf = Annotated[
    str | None, Field(description="The moment to answer for, ISO 8601 with a zone; null: now.", max_length=40)
]
Zone = Annotated[
    str, Field(description="IANA zone of the times in sentences, such as Europe/Berlin.", max_length=64)
]
Limit = Annotated[int, Field(description="Size of the page.", ge=1, le=LARGEST_SIZE)]
Cursor = Annotated[
    str | None,
    Field(
        description="`nextCursor` of the page before, with the same arguments otherwise; null: first page.",
        max_length=4000,
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=_LONGEST_TEXT)]
