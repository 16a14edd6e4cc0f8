"""The options of a question about failures."""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Group, Parameter

from graph_models.enums import FailureClass
from graph_models.scope import DIMENSIONS

WHAT_IF = Group("What if: nothing of it is stored", sort_key=2)
FORECAST = Group("How it is forecast", sort_key=3)
AGO = "Its state at this moment: ISO 8601, or relative such as -2h."

AsOf = Annotated[str | None, Parameter(help=AGO, allow_leading_hyphen=True)]
"""`--as-of -2h`: what begins with a hyphen is a value here."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Forecasting:
    """How far, and what counts."""

    horizon: Annotated[
        str | None,
        Parameter(help="Hits that begin within this time are listed [default: 48h].", group=FORECAST),
    ] = None
    assume_recovery: Annotated[
        str | None,
        Parameter(
            help="How long a failure of unknown end is taken to last [default: as learned from past failures, else 2h].",
            group=FORECAST,
        ),
    ] = None
    tolerance: Annotated[
        str | None, Parameter(help="How much later still counts as unaffected [default: 5m].", group=FORECAST)
    ] = None
    min_likelihood: Annotated[
        float, Parameter(help="Listed and counted is what is more likely than this.", group=FORECAST)
    ] = 0.05


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Supposing:
    """A failure that nobody reported."""

    target: Annotated[
        str | None,
        Parameter(
            help="Element that fails, such as system:oms or integration:store-adjustments.", group=WHAT_IF
        ),
    ] = None
    failure_class: Annotated[
        str | None,
        Parameter(
            name="--class", help=f"One of {', '.join(c.value.lower() for c in FailureClass)}.", group=WHAT_IF
        ),
    ] = None
    since: Annotated[
        str | None,
        Parameter(
            name="--from", help="When it begins [default: now].", allow_leading_hyphen=True, group=WHAT_IF
        ),
    ] = None
    until: Annotated[
        str | None,
        Parameter(
            help="When it is expected to end, such as +4h [default: unknown].",
            allow_leading_hyphen=True,
            group=WHAT_IF,
        ),
    ] = None
    delay: Annotated[
        str | None,
        Parameter(
            help="How much later things come because of it: latency, backlog, stale_data.", group=WHAT_IF
        ),
    ] = None
    error_rate: Annotated[
        float | None, Parameter(help="Share of what passes that fails, 0 to 1: transient.", group=WHAT_IF)
    ] = None
    drain: Annotated[
        str | None, Parameter(help="How long a backlog takes to clear after the end.", group=WHAT_IF)
    ] = None
    scope: Annotated[
        tuple[str, ...],
        Parameter(
            help=f"Whom it touches, a dimension each time: locations=store-014,store-015. Dimensions: {', '.join(DIMENSIONS)}, attributes.NAME.",
            negative=(),
            show_default=False,
            group=WHAT_IF,
        ),
    ] = ()


FORECASTING, SUPPOSING = Forecasting(), Supposing()
