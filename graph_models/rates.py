"""Exchange rates of a day, by which amounts of several currencies become one amount."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from graph_models.time import DAY, Millis, moment


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    currency: str
    """The reporting currency."""
    as_of: Millis
    per: Mapping[str, Decimal]
    """How many units of each other currency one unit of the reporting currency is worth."""

    def has(self, currency: str) -> bool:
        return currency == self.currency or currency in self.per

    def of(self, currency: str) -> Decimal:
        """How many units of the currency one unit of the reporting currency is worth. Raises: KeyError."""
        return Decimal(1) if currency == self.currency else self.per[currency]

    @property
    def day(self) -> str:
        """The date of the rates, with the time where it is not midnight."""
        return f"{moment(self.as_of):{'%Y-%m-%d' if self.as_of % DAY == 0 else '%Y-%m-%d %H:%M UTC'}}"
