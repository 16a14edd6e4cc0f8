"""The exchange rates of a topology: their fields, values and checks."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from graph_models.rates import ExchangeRates
from graph_models.time import parse_moment
from impactgraph.topology.document import Map, Node, Real
from impactgraph.topology.fields import (
    WRONG,
    Body,
    Field,
    Fields,
    JsonSchema,
    Reading,
    display_text,
    source_text,
)

LEAST, MOST = 1e-9, 1e9
_CODE = re.compile("[A-Z]{3}")


class Currency:
    """Three capital letters, as in ISO 4217."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str) and _CODE.fullmatch(node):
            return node
        return reading.wrong(
            f"`{name}` must be the three capital letters of a currency, such as EUR, not "
            f"{display_text(node)}.",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{_CODE.pattern}$"}


class DateOrMoment:
    """Midnight UTC of a date, or a moment."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        try:
            return parse_moment(source_text(node) or "")
        except (ValueError, OverflowError):
            return reading.wrong(
                f"`{name}` must be a date such as 2026-11-01, or a moment such as 2026-11-01T12:00Z, up to "
                f"the year 2999, not {display_text(node)}.",
                line,
            )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}"}


class ExchangeRate:
    """An exact decimal; its limits keep every converted amount finite."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, int | Real) and not isinstance(node, bool) and LEAST <= node <= MOST:
            return Decimal(source_text(node) or "")
        return reading.wrong(
            f"`{name}` must be a number of more than 0 and at most {MOST:,.0f}, such as 1.08, not "
            f"{display_text(node)}.",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "number", "minimum": LEAST, "maximum": MOST}


class RatesByCurrency:
    """A map from currency to rate; every invalid entry is a problem."""

    rate = ExchangeRate()

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(
                f"`{name}` must be a map from currency to rate, such as {{USD: 1.08}}, not "
                f"{display_text(node)}.",
                line,
            )
        rates: dict[str, Any] = {}
        for code, rate in node.items():
            at = node.lines[code]
            rates[code] = self.rate.read(rate, at, f"{name}.{code}", reading)
            if not _CODE.fullmatch(code):
                rates[code] = reading.wrong(
                    f"`{name}` has the key {code!r}, which must be the three capital letters of a currency, "
                    "such as USD.",
                    at,
                )
        return WRONG if any(rate is WRONG for rate in rates.values()) else rates

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{_CODE.pattern}$"},
            "additionalProperties": self.rate.schema(),
        }


RATES = "rates"
"""The section, of which a topology has one at most."""

_FIELDS = Fields(
    (
        Field("currency", Currency(), "The reporting currency: totals are also given in it.", required=True),
        Field("as_of", DateOrMoment(), "The date of the rates, or the moment.", required=True),
        Field(
            "per",
            RatesByCurrency(),
            "How many units of each other currency one unit of the reporting currency is worth.",
            required=True,
        ),
    )
)
_BODY = Body(_FIELDS, lambda values: ExchangeRates(**values))


def read_rates(node: Node, line: int, reading: Reading) -> ExchangeRates | None:
    """None where they could not be read; each problem is recorded."""
    rates = _BODY.read(node, line, RATES, reading)
    if rates is WRONG or not isinstance(node, Map):
        return None
    own = rates.per.get(rates.currency, Decimal(1))
    per = node["per"]
    if own != 1 and isinstance(per, Map):
        reading.wrong(
            f"`{RATES}.per.{rates.currency}` is {own}, but one unit of the reporting currency is worth 1 of "
            "itself: leave it out.",
            per.lines[rates.currency],
        )
        return None
    others: Mapping[str, Decimal] = {code: rate for code, rate in rates.per.items() if code != rates.currency}
    return replace(rates, per=others)


def rates_schema() -> JsonSchema:
    return {
        **_FIELDS.schema(),
        "type": ["object", "null"],
        "description": "Exchange rates, by which totals are also given in one currency.",
    }
