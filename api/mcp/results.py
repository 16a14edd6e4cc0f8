"""Typed results of the tools: GraphQL's types with fewer fields. Here, what several groups of tools have in
common.
"""

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


class Absorption(Result):
    """Where a failure was stopped, and how."""

    element: Named
    rule: str
    detail: str


class Brief(Result):
    """An answer with lists that may be cut."""

    omitted: dict[str, int] = Field(description="How many items of which lists were left out.")


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


class OnlyId(Result):
    id: str
