"""How long a record takes from the step that causes it to its arrival: learned, else as the topology
documents it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from graph_models.enums import RecordKind, Transport
from graph_models.time import MINUTE, Millis
from graph_models.topology import Integration, Topology
from impactgraph.columns import Ints
from impactgraph.topology.calendar import Calendar

ENOUGH = 50
"""Records that are needed before the learned time replaces the documented one."""
_SPREADS = 6
"""Interquartile ranges above the median that are still usual.

That is about four standard deviations, and a failure that holds up a quarter of the records does not change
it.
"""
_DOCUMENTED = {
    Transport.SYNC: MINUTE,
    Transport.QUEUE: 5 * MINUTE,
    Transport.STREAM: 5 * MINUTE,
    Transport.BATCH: 15 * MINUTE,
    Transport.FILE: 15 * MINUTE,
}

RecordName = tuple[str, RecordKind, str, str]
"""Workflow, kind and type of the record, and the step that emits it."""


@dataclass(frozen=True)
class Transports:
    """What is known of records beyond one version of the topology."""

    limits: Mapping[RecordName, Millis] | None = None
    """How long each takes at most, after the run of its batch where it has one. None: nothing was learned
    yet.
    """
    named_since: Mapping[RecordName, Millis] = field(default_factory=dict[RecordName, Millis])
    """When the topology began to name a record, unless it always did: steps completed before caused none."""


@dataclass(frozen=True)
class Route:
    """The path of one record: it waits for a run of the calendar, then takes `limit` at most."""

    limit: Millis
    calendar: Calendar | None = None

    def departure(self, completed_at: Ints) -> Ints:
        """When the record of a step departs that was completed then."""
        if self.calendar is None:
            return completed_at
        return self.calendar.run_from(completed_at.astype(np.float64)).astype(np.int64)

    def arrives_by(self, completed_at: Ints) -> Ints:
        return self.departure(completed_at) + self.limit


def route_of(topology: Topology, via: str | None, limit: Millis | None) -> Route:
    """`via`: full id of the integration, None for a record within its system; `limit`: as learned."""
    if via is None:
        return Route(MINUTE if limit is None else limit)
    integration = topology.integrations[via.partition(":")[2]]
    calendar = Calendar(integration.schedule) if integration.schedule is not None else None
    return Route(_documented_limit(integration) if limit is None else limit, calendar)


def _documented_limit(integration: Integration) -> Millis:
    return max(_DOCUMENTED[integration.transport], 4 * (integration.slo_latency or 0))


def usual_limit(lag: Ints) -> Millis | None:
    """The lag above which a record is late even for its transport, from the lags of records that arrived.

    None where there are too few. A record that arrived before its step was seen to be completed took no time.
    """
    if len(lag) < ENOUGH:
        return None
    low, middle, high = np.quantile(np.maximum(lag, 0), [0.25, 0.5, 0.75])
    return max(MINUTE, round(float(middle + _SPREADS * (high - low))))
