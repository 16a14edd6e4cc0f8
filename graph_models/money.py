"""Decimal amounts of money with their currency; sums never mix currencies."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

MICROS = 1_000_000
"""Columns store amounts as integers of a millionth of the currency's main unit."""


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
    """Returns the number of decimals of the currency's smallest unit (ISO 4217)."""
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def say_amount(amount: Decimal, currency: str) -> str:
    """Returns an amount with the digits of its currency, such as `1,200.00 EUR` or `1,200 JPY`."""
    return f"{amount:,.{minor_digits(currency)}f} {currency}"


def say_about(amount: Decimal, currency: str) -> str:
    """Returns an uncertain amount with three digits that count, such as `about 429,000 EUR`; small ones with
    those of the currency.
    """
    digits = amount.adjusted() + 1
    if digits <= 1:
        return f"about {say_amount(amount, currency)}"
    round_amount = amount.quantize(Decimal(1).scaleb(max(0, digits - 3)))
    return f"about {round_amount:,.0f} {currency}"


def equal_shares(micros: int, count: int, currency: str) -> list[int]:
    """Returns an amount in millionths as `count` shares that add up to it exactly.

    Shares are whole units of the currency (cents of EUR, yen) that differ by one unit at most, the larger
    ones first (largest remainder; equal remainders go to the first). What is finer than the unit stays with
    the first.
    """
    unit = MICROS // 10 ** minor_digits(currency)
    sign = -1 if micros < 0 else 1
    units, finer = divmod(abs(micros), unit)
    least, more = divmod(units, count)
    shares = [(least + (n < more)) * unit for n in range(count)]
    shares[0] += finer
    return [sign * share for share in shares]


def to_micros(amount: Decimal) -> int:
    """Returns the amount in millionths, rounded half to even."""
    return int((amount * MICROS).to_integral_value())


def from_micros(micros: int, currency: str) -> Money:
    """Returns the exact amount with at least the digits of its currency."""
    digits = minor_digits(currency)
    units, finer = divmod(micros, MICROS // 10**digits)
    if not finer:  # nearly all
        return Money(Decimal(units).scaleb(-digits), currency)
    return Money((Decimal(micros) / MICROS).quantize(Decimal("0.000001")).normalize(), currency)


def rounded_amount(micros: float, currency: str) -> Decimal:
    """Returns an amount in millionths in whole units of the currency (cents of EUR, yen)."""
    return (Decimal(micros) / MICROS).quantize(Decimal(1).scaleb(-minor_digits(currency)))


def total(parts: Iterable[Money]) -> tuple[Money, ...]:
    """Returns one sum for each currency, ordered by currency code."""
    sums: dict[str, Decimal] = {}
    for part in parts:
        sums[part.currency] = sums.get(part.currency, Decimal(0)) + part.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
