"""A live source as JSON, in the shape of GraphQL."""

from impactgraph.cli.encode.values import Json, iso_duration, iso_moment
from impactgraph.usecases.sources import SourceStatus


def source_json(status: SourceStatus) -> Json:
    """GraphQL's Source."""
    progress = status.progress
    return {
        "key": status.key,
        "kind": status.kind,
        "state": status.state.value,
        "lag": iso_duration(status.lag),
        "lastEventAt": iso_moment(progress.last_event_at),
        "taken": progress.taken,
        "repeated": progress.repeated,
        "quarantined": progress.quarantined,
        "passed": progress.passed,
        "problem": status.problem,
        "positions": [{"part": part, "position": text} for part, text in status.shown_positions],
    }
