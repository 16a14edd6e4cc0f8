"""Interpretation of schedules of a topology: the moment from which the runs of an interval are counted."""

from collections.abc import Mapping
from dataclasses import replace

from graph_models.time import DAY, MINUTE, SECOND, Millis, say_duration
from graph_models.topology import Integration, Schedule, Topology
from graph_models.zones import UTC


def with_anchor(topology: Topology, first_applied_at: Millis) -> Topology:
    """The topology whose schedules know when a topology was first applied, where that decides their runs."""
    by_key = {
        key: _counted_from(each, first_applied_at)
        for key, each in topology.integrations.items()
        if each.schedule is not None and depends_on_first_application(each.schedule)
    }
    if not by_key:
        return topology
    return replace(topology, integrations={**topology.integrations, **by_key})


def _counted_from(integration: Integration, first_applied_at: Millis) -> Integration:
    assert integration.schedule is not None
    return replace(integration, schedule=replace(integration.schedule, counted_from=first_applied_at))


def with_timezone(integrations: Mapping[str, Integration], timezone: str | None) -> dict[str, Integration]:
    """The integrations by key, with the time zone of the topology where a schedule has none of its own."""
    return {
        key: replace(each, schedule=replace(each.schedule, timezone=timezone))
        if each.schedule is not None and each.schedule.timezone is None
        else each
        for key, each in integrations.items()
    }


def depends_on_first_application(schedule: Schedule) -> bool:
    """Whether neither the interval nor `at` says on which days it runs."""
    if not schedule.every or DAY % schedule.every == 0:
        return False
    return schedule.at is None or 0 <= schedule.at < DAY


def how_read(schedule: Schedule) -> str:
    """In words, where the runs depend on the first application; else empty."""
    if not schedule.every or not depends_on_first_application(schedule):
        return ""
    return (
        f"runs every {_interval(schedule.every)}, counted from {_clock(schedule.at or 0)} "
        f"{schedule.timezone or UTC} of the day on "
        "which a topology is first applied; give `at: <moment>` to choose."
    )


def _interval(every: Millis) -> str:
    return say_duration(every) if every % MINUTE == 0 else f"{every / SECOND:g} s"


def _clock(at: Millis) -> str:
    hours, minutes = divmod(at // MINUTE, 60)
    return f"{hours:02}:{minutes:02}"
