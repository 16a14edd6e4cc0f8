"""The options of questions about orders and failures."""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Group, Parameter

from graph_models.enums import FailureClass
from graph_models.scope import DIMENSIONS
from impactgraph.cli.order_filter import Where

WHAT_IF_GROUP = Group("What-if: nothing is stored", sort_key=2)
FORECAST_GROUP = Group("Forecast", sort_key=3)
ABOUT_AS_OF = "Answer as of this moment: ISO 8601, or relative such as -2h."

FailureId = Annotated[str, Parameter(help="Id of a reported failure, such as F-stock or failure:F-stock.")]
Failures = Annotated[
    tuple[str, ...],
    Parameter(
        name="--failure",
        help="Id of a reported failure; repeatable.",
        negative=(),
        show_default=False,
    ),
]
AsOf = Annotated[str | None, Parameter(help=ABOUT_AS_OF, allow_leading_hyphen=True)]
"""`--as-of -2h`: a value may begin with a hyphen."""
Zone = Annotated[
    str,
    Parameter(
        name="--timezone",
        help="Zone of the times in the text: an IANA name such as Europe/Berlin.",
        env_var="IMPACTGRAPH_TIMEZONE",
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class SelectionOptions:
    """Which orders, as of when, and in which time zone."""

    where: Where = ()
    as_of: AsOf = None
    timezone: Zone = "UTC"


ALL_ORDERS = SelectionOptions()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ForecastOptions:
    """Which orders, how far to forecast, and what counts as affected."""

    where: Where = ()
    horizon: Annotated[
        str | None,
        Parameter(help="List impacts that begin within this time [default: 48h].", group=FORECAST_GROUP),
    ] = None
    assume_recovery: Annotated[
        str | None,
        Parameter(
            help="Assumed duration of a failure whose end is unknown "
            "[default: learned from past failures, else 2h].",
            group=FORECAST_GROUP,
        ),
    ] = None
    tolerance: Annotated[
        str | None,
        Parameter(help="Delay that still counts as unaffected [default: 5m].", group=FORECAST_GROUP),
    ] = None
    min_likelihood: Annotated[
        float | None,
        Parameter(
            help="List and count only what is more likely than this [default: 0.05].", group=FORECAST_GROUP
        ),
    ] = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class WhatIfOptions:
    """A hypothetical failure."""

    target: Annotated[
        str | None,
        Parameter(
            help="Element that fails, such as system:oms or integration:store-adjustments.",
            group=WHAT_IF_GROUP,
        ),
    ] = None
    failure_class: Annotated[
        str | None,
        Parameter(
            name="--class",
            help=f"One of {', '.join(c.value.lower() for c in FailureClass)}.",
            group=WHAT_IF_GROUP,
        ),
    ] = None
    since: Annotated[
        str | None,
        Parameter(
            name="--from",
            help="When it begins [default: now].",
            allow_leading_hyphen=True,
            group=WHAT_IF_GROUP,
        ),
    ] = None
    until: Annotated[
        str | None,
        Parameter(
            help="When it is expected to end, such as +4h [default: unknown].",
            allow_leading_hyphen=True,
            group=WHAT_IF_GROUP,
        ),
    ] = None
    delay: Annotated[
        str | None, Parameter(help="Delay it causes: latency, backlog, stale_data.", group=WHAT_IF_GROUP)
    ] = None
    error_rate: Annotated[
        float | None, Parameter(help="Share of requests that fail, 0 to 1: transient.", group=WHAT_IF_GROUP)
    ] = None
    drain: Annotated[
        str | None, Parameter(help="How long a backlog takes to clear after the end.", group=WHAT_IF_GROUP)
    ] = None
    scope: Annotated[
        tuple[str, ...],
        Parameter(
            help="What it affects, one dimension each: locations=store-014,store-015. "
            f"Dimensions: {', '.join(DIMENSIONS)}, attributes.NAME.",
            negative=(),
            show_default=False,
            group=WHAT_IF_GROUP,
        ),
    ] = ()


NO_FORECAST_OPTIONS = ForecastOptions()
NO_WHAT_IF = WhatIfOptions()
