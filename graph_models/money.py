"""Decimal money that never mixes currencies."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

MICROS = 1_000_000
"""Columns hold money as integers of a millionth of the currency's main unit."""


_WHOLE = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


def minor_digits(currency: str) -> int:
    """Decimals of its smallest unit (ISO 4217)."""
    return 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2


def to_micros(amount: Decimal) -> int:
    """The amount in millionths, rounded half to even where it is finer."""
    return int((amount * MICROS).to_integral_value())


def from_micros(micros: int, currency: str) -> Money:
    """Exact money, with at least two decimals."""
    amount = (Decimal(micros) / MICROS).quantize(Decimal("0.000001"))
    amount = amount.normalize()
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent > -2:
        amount = amount.quantize(Decimal("0.01"))
    return Money(amount, currency)


def total(parts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum a currency, the currencies in order of their names."""
    sums: dict[str, Decimal] = {}
    for part in parts:
        sums[part.currency] = sums.get(part.currency, Decimal(0)) + part.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
