"""Readiness of a process, part by part, with reasons that anybody may read."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graph_models.time import SECOND, Millis
from impactgraph.errors import ImpactGraphError
from impactgraph.ports.store import Store
from impactgraph.usecases.notices import NoticeWorker
from impactgraph.usecases.sources import LiveSources, SourceState

LONG_LAG: Millis = 5 * SECOND
"""From which on a follower of a log is said to be behind."""

__all__ = ["PartState", "PartStatus", "Readiness", "readiness"]


class PartState(StrEnum):
    """How a part of the server is."""

    OK = "ok"
    WARN = "warn"
    """It needs attention; questions are answered."""
    FAIL = "fail"
    """Questions cannot be answered."""


@dataclass(frozen=True, slots=True)
class PartStatus:
    part: str
    state: PartState = PartState.OK
    reason: str = ""
    """Without names, addresses and data: readiness is shown to everybody."""


@dataclass(frozen=True, slots=True)
class Readiness:
    parts: tuple[PartStatus, ...]
    topology: str | None
    """Bare key of the current version; None before the first."""
    problem: ImpactGraphError | None = None
    """Why the store cannot be read."""


def readiness(store: Store, sources: LiveSources, notices: NoticeWorker) -> Readiness:
    """Of the store, the topology, live sources, notices and, over Neo4j, the follower of the log."""
    problem: ImpactGraphError | None = None
    topology: str | None = None
    try:
        topology = next((each.key for each in store.topologies() if each.current), None)
    except ImpactGraphError as error:
        problem = error
    parts = _parts(store, sources, notices, topology=topology, problem=problem)
    return Readiness(tuple(parts), topology, problem)


def _parts(
    store: Store,
    sources: LiveSources,
    notices: NoticeWorker,
    *,
    topology: str | None,
    problem: ImpactGraphError | None,
) -> Iterator[PartStatus]:
    if problem is not None:
        yield PartStatus("store", PartState.FAIL, "The store cannot be read.")
    else:
        yield PartStatus("store")
        yield _topology(topology)
    yield from _log(store.condition().lag)
    yield from _sources(sources)
    if notices.problem:
        yield PartStatus("notices", PartState.WARN, "Notices cannot be sent; the log says why.")
    else:
        yield PartStatus("notices")


def _topology(key: str | None) -> PartStatus:
    if key is None:
        return PartStatus("topology", PartState.WARN, "No topology was applied yet.")
    return PartStatus("topology")


def _log(lag: Millis | None) -> Iterator[PartStatus]:
    if lag is None:
        return
    if lag > LONG_LAG:
        yield PartStatus("log", PartState.WARN, f"The log was last read {lag / SECOND:.0f} s ago.")
    else:
        yield PartStatus("log")


def _sources(sources: LiveSources) -> Iterator[PartStatus]:
    statuses = sources.statuses()
    broken = [each for each in statuses if each.state in (SourceState.WAITING, SourceState.FAILED)]
    if broken:
        reason = f"{len(broken)} of {len(statuses)} live sources cannot be read: `impactgraph sources`."
        yield PartStatus("sources", PartState.WARN, reason)
    else:
        yield PartStatus("sources")
