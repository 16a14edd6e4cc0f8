"""The failures of the demo: two that are live, told as the events of a monitor, and two of the days before that were absorbed."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from graph_models.enums import FailureClass, Severity
from graph_models.failure import Failure
from graph_models.scope import Scope
from graph_models.time import DAY, HOUR, MINUTE, Millis, format_duration, moment
from graph_models.topology import Topology, id_of

PEAK_REGIONS = ("emea-north", "emea-south", "uk")
SOURCE = "/monitoring/alertmanager"


@dataclass(frozen=True, slots=True)
class Backlog:
    """What passes `integrations` (full ids) in the window comes `delay` later, for the locations of `regions`."""

    integrations: frozenset[str]
    regions: frozenset[str]
    since: Millis
    delay: Millis


@dataclass(frozen=True, slots=True)
class Blindness:
    """Decisions on `data` (full ids) are wrong with the data's own risk from `since` on."""

    data: frozenset[str]
    since: Millis


@dataclass(frozen=True, slots=True)
class Troubles:
    """What the live failures do to the made-up orders, so that their events show what the failures tell."""

    backlog: Backlog
    blindness: tuple[Blindness, ...]


def live_failures(now: Millis) -> tuple[Failure, Failure]:
    """Store adjustments that stop in the middleware, and queues that saturate at the peak of ship from store."""
    return _adjustments_stopped(now), _queues_saturated(now)


def past_failures(now: Millis) -> tuple[Failure, ...]:
    """Ended ones; a second provider and an optional need absorbed them, so no order tells of them."""
    yesterday, before = now - 26 * HOUR, now - 2 * DAY - 5 * HOUR
    return (
        Failure("F-payments", "api:payments.capture", FailureClass.OUTAGE, yesterday, ended_at=yesterday + 22 * MINUTE,
                severity=Severity.CRITICAL, summary="Captures time out at the payment provider", source=SOURCE, reported_at=yesterday + 3 * MINUTE),
        Failure("F-loyalty", "system:loyalty", FailureClass.OUTAGE, before, ended_at=before + 3 * HOUR,
                severity=Severity.WARNING, summary="Loyalty programme is down for a late upgrade", source=SOURCE, reported_at=before + MINUTE),
    )  # fmt: skip


def troubles(topology: Topology, now: Millis) -> Troubles:
    """What the live failures touch, read from the topology."""
    adjustments, queues = live_failures(now)
    hit = frozenset(
        f"integration:{key}"
        for key, integration in topology.integrations.items()
        if queues.target in integration.via
    )
    backlog = Backlog(
        hit, frozenset(queues.scope.values("regions") or ()), queues.started_at, queues.delay or 0
    )
    blind = [
        Blindness(frozenset({id_of(data)}), failure.started_at + data.fresh_within)
        for failure, feeds in ((adjustments, {adjustments.target}), (queues, hit))
        for data in topology.data.values()
        if feeds.intersection(data.fed_by)
    ]
    return Troubles(backlog, tuple(blind))


def failure_lines(failures: Iterable[Failure]) -> list[bytes]:
    """A CloudEvent each, and one more where the failure has ended."""
    return [line for failure in failures for line in _lines(failure)]


def _adjustments_stopped(now: Millis) -> Failure:
    return Failure(
        key="F-stock",
        target="integration:store-adjustments",
        failure_class=FailureClass.OUTAGE,
        started_at=now - 160 * MINUTE,
        expected_end=now + 80 * MINUTE,
        drain=40 * MINUTE,
        severity=Severity.CRITICAL,
        summary="Store inventory adjustments no longer reach order management: the flow in the middleware has stopped",
        source=SOURCE,
        reported_at=now - 128 * MINUTE,
    )


def _queues_saturated(now: Millis) -> Failure:
    return Failure(
        key="F-queues",
        target="system:store-queues",
        failure_class=FailureClass.BACKLOG,
        started_at=now - 95 * MINUTE,
        expected_end=now + 145 * MINUTE,
        delay=40 * MINUTE,
        drain=45 * MINUTE,
        scope=Scope.of(regions=PEAK_REGIONS),
        severity=Severity.ERROR,
        summary="Ship-from-store queues are saturated at peak: reservations, releases and pick confirmations wait about 40 minutes",
        source=SOURCE,
        reported_at=now - 83 * MINUTE,
    )


def _lines(failure: Failure) -> list[bytes]:
    told: dict[str, object] = {
        "failure": failure.key,
        "target": failure.target,
        "class": failure.failure_class.value.lower(),
        "started_at": _iso(failure.started_at),
        "severity": failure.severity.value.lower(),
        "summary": failure.summary,
    }
    told |= {name: _iso(at) for name, at in (("expected_end", failure.expected_end),) if at is not None}
    told |= {
        name: format_duration(span)
        for name, span in (("delay", failure.delay), ("drain", failure.drain))
        if span is not None
    }
    if not failure.scope.everything:
        told["scope"] = failure.scope.as_dict()
    lines = [_event(f"{failure.key}/reported", "failure.reported", failure.reported_at, told)]
    if failure.ended_at is not None:
        lines.append(
            _event(
                f"{failure.key}/resolved",
                "failure.resolved",
                failure.ended_at,
                {"failure": failure.key, "ended_at": _iso(failure.ended_at)},
            )
        )
    return lines


def _event(identifier: str, kind: str, at: Millis, data: dict[str, object]) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": identifier,
            "source": SOURCE,
            "type": kind,
            "time": _iso(at),
            "data": data,
        }
    )


def _iso(at: Millis) -> str:
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
