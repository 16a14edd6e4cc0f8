"""The demo's failures: two live ones, reported by a monitor, and two past ones that were absorbed."""

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
class QueueBacklog:
    """From `since` on, messages of `integrations` (full ids) arrive `delay` later, in some regions."""

    integrations: frozenset[str]
    regions: frozenset[str]
    since: Millis
    delay: Millis


@dataclass(frozen=True, slots=True)
class StaleData:
    """From `since` on, decisions on `data` (full ids) are wrong with the data's own risk."""

    data: frozenset[str]
    since: Millis


@dataclass(frozen=True, slots=True)
class FailureEffects:
    """Effects of the live failures on the generated orders, so that their events agree with the failures."""

    backlog: QueueBacklog
    stale_data: tuple[StaleData, ...]


NO_EFFECTS = FailureEffects(QueueBacklog(frozenset(), frozenset(), since=0, delay=0), ())
"""Those of a quiet day."""


def live_failures(now: Millis) -> tuple[Failure, Failure]:
    """Stopped stock adjustments of the stores, and saturated queues at the peak of ship from store."""
    return _stopped_adjustments(now), _saturated_queues(now)


def past_failures(now: Millis) -> tuple[Failure, ...]:
    """Ended failures without effect on orders: a second provider and an optional need absorbed them."""
    yesterday = now - 26 * HOUR
    two_days_ago = now - 2 * DAY - 5 * HOUR
    return (
        Failure(
            "F-payments",
            "api:payments.capture",
            FailureClass.OUTAGE,
            yesterday,
            ended_at=yesterday + 22 * MINUTE,
            severity=Severity.CRITICAL,
            summary="Captures time out at the payment provider",
            source=SOURCE,
            reported_at=yesterday + 3 * MINUTE,
        ),
        Failure(
            "F-loyalty",
            "system:loyalty",
            FailureClass.OUTAGE,
            two_days_ago,
            ended_at=two_days_ago + 3 * HOUR,
            severity=Severity.WARNING,
            summary="Loyalty programme is down for a late upgrade",
            source=SOURCE,
            reported_at=two_days_ago + MINUTE,
        ),
    )


def failure_effects(topology: Topology, now: Millis) -> FailureEffects:
    """Effects of the live failures, derived from the topology."""
    adjustments, queues = live_failures(now)
    queue_users = frozenset(
        f"integration:{key}"
        for key, integration in topology.integrations.items()
        if queues.target in integration.via
    )
    regions = frozenset(queues.scope.values("regions") or ())
    backlog = QueueBacklog(queue_users, regions, queues.started_at, queues.delay or 0)
    stale_data = [
        StaleData(frozenset({id_of(data)}), failure.started_at + data.fresh_within)
        for failure, feeds in ((adjustments, {adjustments.target}), (queues, queue_users))
        for data in topology.data.values()
        if feeds.intersection(data.fed_by)
    ]
    return FailureEffects(backlog, tuple(stale_data))


def failure_lines(failures: Iterable[Failure]) -> list[bytes]:
    """A CloudEvent for each failure, and another one where it has ended."""
    return [line for failure in failures for line in _lines(failure)]


def _stopped_adjustments(now: Millis) -> Failure:
    return Failure(
        key="F-stock",
        target="integration:store-adjustments",
        failure_class=FailureClass.OUTAGE,
        started_at=now - 160 * MINUTE,
        expected_end=now + 80 * MINUTE,
        drain=40 * MINUTE,
        severity=Severity.CRITICAL,
        summary="Store inventory adjustments no longer reach order management: "
        "the flow in the middleware has stopped",
        source=SOURCE,
        reported_at=now - 128 * MINUTE,
    )


def _saturated_queues(now: Millis) -> Failure:
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
        summary="Ship-from-store queues are saturated at peak: "
        "reservations, releases and pick confirmations wait about 40 minutes",
        source=SOURCE,
        reported_at=now - 83 * MINUTE,
    )


def _lines(failure: Failure) -> list[bytes]:
    data: dict[str, object] = {
        "failure": failure.key,
        "target": failure.target,
        "class": failure.failure_class.value.lower(),
        "started_at": _iso(failure.started_at),
        "severity": failure.severity.value.lower(),
        "summary": failure.summary,
    }
    if failure.expected_end is not None:
        data["expected_end"] = _iso(failure.expected_end)
    data |= {
        name: format_duration(duration)
        for name, duration in (("delay", failure.delay), ("drain", failure.drain))
        if duration is not None
    }
    if not failure.scope.everything:
        data["scope"] = failure.scope.as_dict()
    lines = [_event(f"{failure.key}/reported", "failure.reported", failure.reported_at, data)]
    if failure.ended_at is not None:
        end = {"failure": failure.key, "ended_at": _iso(failure.ended_at)}
        lines.append(_event(f"{failure.key}/resolved", "failure.resolved", failure.ended_at, end))
    return lines


def _event(identifier: str, event_type: str, at: Millis, data: dict[str, object] | dict[str, str]) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": identifier,
            "source": SOURCE,
            "type": event_type,
            "time": _iso(at),
            "data": data,
        }
    )


def _iso(at: Millis) -> str:
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
