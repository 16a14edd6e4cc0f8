"""Money: an exact amount and its currency."""

from collections.abc import Iterable
from decimal import Decimal

import strawberry

from graph_models import money


@strawberry.type(description="An exact amount in one currency. Sums are per currency.")
class Money:
    amount: Decimal = strawberry.field(description="In the currency's main unit, such as 129.90.")
    currency: str = strawberry.field(description="ISO 4217 code.")

    @classmethod
    def of(cls, value: money.Money) -> "Money":
        return cls(amount=value.amount, currency=value.currency)

    @classmethod
    def each(cls, values: Iterable[money.Money]) -> "list[Money]":
        return [cls.of(value) for value in values]
