"""Expected totals with ranges."""

from decimal import Decimal

import strawberry

from api.schema.scalars import Moment, moment_of
from graph_models import estimates


@strawberry.type(
    description="An expected number. `low` to `high` holds the true number in four of five cases."
)
class Estimate:
    expected: float = strawberry.field(description="The expected number: the sum of the likelihoods.")
    low: float = strawberry.field(description="Low end of the range.")
    high: float = strawberry.field(description="High end of the range.")
    possible: int = strawberry.field(
        description="How many are possible: those with a likelihood above `minLikelihood`."
    )

    @classmethod
    def of(cls, model: estimates.Estimate) -> "Estimate":
        return cls(expected=model.expected, low=model.low, high=model.high, possible=model.possible)


@strawberry.type(
    description="An expected amount in one currency. `low` to `high` holds the true amount in four of five "
    "cases."
)
class MoneyEstimate:
    currency: str = strawberry.field(description="ISO 4217 code.")
    expected: Decimal = strawberry.field(description="The expected amount.")
    low: Decimal = strawberry.field(description="Low end of the range.")
    high: Decimal = strawberry.field(description="High end of the range.")
    converted: bool = strawberry.field(
        description="Whether it is the sum of all currencies, converted into the reporting currency."
    )
    rates_as_of: Moment | None = strawberry.field(
        description="The date of the exchange rates, of a converted amount."
    )

    @classmethod
    def each(cls, models: tuple[estimates.MoneyEstimate, ...]) -> "list[MoneyEstimate]":
        return [
            cls(
                currency=model.currency,
                expected=model.expected,
                low=model.low,
                high=model.high,
                converted=model.converted,
                rates_as_of=moment_of(model.rates_as_of),
            )
            for model in models
        ]


@strawberry.type(
    description="Expected totals with ranges. What orders share, such as the end of a failure, makes a range "
    "wide; what is each order's own averages out."
)
class Estimates:
    orders: Estimate = strawberry.field(description="Affected orders.")
    stuck: Estimate = strawberry.field(description="Those that wait now.")
    exposed: Estimate = strawberry.field(
        description="Those that passed an impaired element and were affected."
    )
    upcoming: Estimate = strawberry.field(
        description="Those that will reach an impaired element within the window."
    )
    records_only: Estimate = strawberry.field(description="Those of which only records are affected.")
    promises_missed: Estimate = strawberry.field(
        description="Promises that are missed and would be kept without the failures."
    )
    postings: Estimate = strawberry.field(description="Affected finance postings.")
    notifications: Estimate = strawberry.field(description="Affected customer messages.")
    tasks: Estimate = strawberry.field(description="Affected tasks.")
    supplier_orders: Estimate = strawberry.field(description="Affected supplier orders.")
    value: list[MoneyEstimate] = strawberry.field(
        description="Value of the affected orders, per currency; then in the reporting currency, where one "
        "is set."
    )
    refunds_at_risk: list[MoneyEstimate] = strawberry.field(description="Possible refunds, likewise.")

    @classmethod
    def of(cls, model: estimates.Estimates) -> "Estimates":
        return cls(
            orders=Estimate.of(model.orders),
            stuck=Estimate.of(model.stuck),
            exposed=Estimate.of(model.exposed),
            upcoming=Estimate.of(model.upcoming),
            records_only=Estimate.of(model.records_only),
            promises_missed=Estimate.of(model.promises_missed),
            postings=Estimate.of(model.postings),
            notifications=Estimate.of(model.notifications),
            tasks=Estimate.of(model.tasks),
            supplier_orders=Estimate.of(model.supplier_orders),
            value=MoneyEstimate.each(model.value),
            refunds_at_risk=MoneyEstimate.each(model.refunds_at_risk),
        )
