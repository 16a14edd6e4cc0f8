"""Figures on incidents: how many, how long each step of their life took, what they hit; per cause, owner."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from graph_models.time import Millis
from impactgraph.measures.periods import Period


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What is known of an incident. Moments are milliseconds since 1970 UTC; None: not known, or not yet."""

    key: str
    started_at: Millis
    signs_at: Millis
    """The first error or alert that belongs to it, or its start."""
    reported_at: Millis
    """When the first of its failures had begun, and was on record."""
    acknowledged_at: Millis | None = None
    mitigated_at: Millis | None = None
    healed_at: Millis | None = None
    """When its last failure ended, or it was closed, whichever is later; None while it is open."""
    alerts: int = 0
    """Failures of it that were made from alerts."""
    failures: int = 1
    actions: int = 0
    """What people did about it."""
    is_quiet: bool = False
    """Nothing explains it, no order and no record is affected, or it is planned maintenance."""
    cause: str | None = None
    """Full id of the likeliest."""
    owner: str | None = None
    """Bare key of the team of that cause."""
    elements: tuple[str, ...] = ()
    """Full ids of the elements that failed."""
    orders: float | None = None
    """Expected; None where that was not asked."""
    promises: float | None = None
    """Expected to be missed because of it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations in milliseconds, of those incidents where it is known."""

    count: int
    median: Millis | None = None
    """None of none."""
    longest: Millis | None = None


@dataclass(frozen=True, slots=True)
class IncidentFigures:
    """Of the incidents of a period, a cause or an owner."""

    incidents: int
    failures: int
    alerts: int
    quiet_alerts: int
    """Of incidents that are quiet."""
    actions: int
    detect: Spread
    """From the first sign to the first report."""
    acknowledge: Spread
    """From the first report."""
    mitigate: Spread
    heal: Spread
    orders: float
    promises: float
    counted: int
    """Of how many incidents `orders` and `promises` are the sum: of the others they were not asked."""

    @property
    def alerts_per_incident(self) -> float | None:
        return self.alerts / self.incidents if self.incidents else None

    @property
    def quiet_share(self) -> float | None:
        """Share of alerts that belong to quiet incidents; None without alerts."""
        return self.quiet_alerts / self.alerts if self.alerts else None


class Grouping(StrEnum):
    CAUSE = "cause"
    OWNER = "owner"
    ELEMENT = "element"
    """Each that failed: an incident counts for all of its own."""


@dataclass(frozen=True, slots=True)
class IncidentGroup:
    grouping: Grouping
    key: str
    """Full id of an element, bare key of a team."""
    figures: IncidentFigures
    name: str = ""
    """As people call it; empty for no team."""


def figures_of(incidents: Sequence[IncidentFacts]) -> IncidentFigures:
    counted = [each for each in incidents if each.orders is not None]
    return IncidentFigures(
        incidents=len(incidents),
        failures=sum(each.failures for each in incidents),
        alerts=sum(each.alerts for each in incidents),
        quiet_alerts=sum(each.alerts for each in incidents if each.is_quiet),
        actions=sum(each.actions for each in incidents),
        detect=spread_of(_detection(each) for each in incidents),
        acknowledge=_since_report(incidents, lambda each: each.acknowledged_at),
        mitigate=_since_report(incidents, lambda each: each.mitigated_at),
        heal=_since_report(incidents, lambda each: each.healed_at),
        orders=round(fsum(each.orders or 0.0 for each in counted), 6),
        promises=round(fsum(each.promises or 0.0 for each in counted), 6),
        counted=len(counted),
    )


def figures_by_period(
    incidents: Sequence[IncidentFacts], periods: Sequence[Period]
) -> tuple[tuple[Period, IncidentFigures], ...]:
    """Each incident counts in the period in which it started."""
    return tuple(
        (period, figures_of([each for each in incidents if period.has(each.started_at)]))
        for period in periods
    )


def groups_of(incidents: Sequence[IncidentFacts]) -> tuple[IncidentGroup, ...]:
    """Per cause, owner and element, those with the most incidents first."""
    all_groups: list[IncidentGroup] = []
    for grouping in Grouping:
        members: dict[str, list[IncidentFacts]] = {}
        for incident in incidents:
            for key in _keys(incident, grouping):
                members.setdefault(key, []).append(incident)
        groups = [IncidentGroup(grouping, key, figures_of(each)) for key, each in members.items()]
        all_groups += sorted(groups, key=lambda each: (-each.figures.incidents, each.key))
    return tuple(all_groups)


def spread_of(durations: Iterable[Millis | None]) -> Spread:
    """Of those that are known; of an even number the lower of the two in the middle."""
    known = sorted(each for each in durations if each is not None)
    return Spread(len(known), known[(len(known) - 1) // 2], known[-1]) if known else Spread(0)


def _detection(incident: IncidentFacts) -> Millis | None:
    """None where nothing came before the report: how long it went unseen is not known."""
    return incident.reported_at - incident.signs_at if incident.reported_at > incident.signs_at else None


def _since_report(
    incidents: Iterable[IncidentFacts], end: Callable[[IncidentFacts], Millis | None]
) -> Spread:
    ends = ((each.reported_at, end(each)) for each in incidents)
    return spread_of(max(0, at - reported_at) if at is not None else None for reported_at, at in ends)


def _keys(incident: IncidentFacts, grouping: Grouping) -> tuple[str, ...]:
    match grouping:
        case Grouping.CAUSE:
            return (incident.cause,) if incident.cause is not None else ()
        case Grouping.OWNER:
            return (incident.owner,) if incident.owner is not None else ()
        case Grouping.ELEMENT:
            return tuple(dict.fromkeys(incident.elements))
