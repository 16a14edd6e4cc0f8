"""How long a record takes from the step that causes it to where it is recorded: as seen, else as the topology documents its integration."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from graph_models.enums import RecordKind, Transport
from graph_models.time import MINUTE, Millis
from graph_models.topology import Integration, Topology
from impactgraph.columns import Ints
from impactgraph.forecast.calendar import Calendar

ENOUGH = 50
"""Records that are needed before what was seen outweighs the documents."""
_SPREADS = 6
"""Quartile distances above the median that are still usual: about four standard deviations, and a failure that holds up a quarter does not move it."""
_DOCUMENTED = {
    Transport.SYNC: MINUTE,
    Transport.QUEUE: 5 * MINUTE,
    Transport.STREAM: 5 * MINUTE,
    Transport.BATCH: 15 * MINUTE,
    Transport.FILE: 15 * MINUTE,
}

RecordName = tuple[str, RecordKind, str, str]
"""Workflow, kind and type of the record, step that emits it."""


@dataclass(frozen=True)
class Transports:
    """What is known of records beyond one version of the topology."""

    limits: Mapping[RecordName, Millis] | None = None
    """Learned: how long each takes at most, behind the run of its batch where it has one. None: nothing was learned yet."""
    named_since: Mapping[RecordName, Millis] = field(default_factory=dict[RecordName, Millis])
    """Since when the topology names it, where it has not always: what was completed before caused none."""


@dataclass(frozen=True)
class Route:
    """The way of one record: it waits for a run of the calendar, then takes `limit` at most."""

    limit: Millis
    calendar: Calendar | None = None

    def base(self, completed: Ints) -> Ints:
        """When what is completed then sets off."""
        return (
            completed
            if self.calendar is None
            else self.calendar.run_from(completed.astype(np.float64)).astype(np.int64)
        )

    def arrives_by(self, completed: Ints) -> Ints:
        return self.base(completed) + self.limit


def route_of(topology: Topology, via: str | None, learned: Millis | None) -> Route:
    if via is None:
        return Route(MINUTE if learned is None else learned)
    integration = topology.integrations[via.partition(":")[2]]
    calendar = Calendar(integration.schedule) if integration.schedule is not None else None
    return Route(_documented(integration) if learned is None else learned, calendar)


def _documented(integration: Integration) -> Millis:
    return max(_DOCUMENTED[integration.transport], 4 * (integration.slo_latency or 0))


def usual_limit(lag: Ints) -> Millis | None:
    """Of the lags of records that came: above it, one is late even for its transport. None where too few are known.

    One that came before its step was seen to be completed took no time.
    """
    if len(lag) < ENOUGH:
        return None
    low, middle, high = np.quantile(np.maximum(lag, 0), [0.25, 0.5, 0.75])
    return max(MINUTE, round(float(middle + _SPREADS * (high - low))))
