"""Live sources of the server."""

import strawberry

from api.schema.scalars import Moment, Span, moment_of, span_of
from impactgraph.usecases.sources import SourceStatus


@strawberry.type(description="How far a part of a live source was read.")
class SourcePosition:
    part: str = strawberry.field(description="Partition of a topic, `rows` of a query, digest of a file.")
    position: str = strawberry.field(description="The offset, the value of the column, how much of the file.")


@strawberry.type(
    description="A live source: Kafka topics, a query in PostgreSQL, a folder, lists, a webhook or alerts."
)
class Source:
    key: str = strawberry.field(description="Its key in the file of sources.")
    kind: str = strawberry.field(description="kafka, postgres, folder, list, webhook, alerts or traces.")
    state: str = strawberry.field(
        description="running; waiting: it cannot be read now, and is tried again; failed: something has to "
        "be corrected; stopped: no known process follows it."
    )
    lag: Span | None = strawberry.field(
        description="How long something may have been there without being ingested; zero where all was; null "
        "where that is not known."
    )
    last_event_at: Moment | None = strawberry.field(description="Time of the latest event that was ingested.")
    taken: int = strawberry.field(description="Events that were accepted since it was first read.")
    repeated: int = strawberry.field(description="Events that had been recorded before.")
    quarantined: int = strawberry.field(
        description="Events and documents that were quarantined, also those that left the quarantine since."
    )
    passed: int = strawberry.field(description="Documents that its mapping does not ask for.")
    problem: str | None = strawberry.field(description="Why it is not running, or what it waits for.")
    positions: list[SourcePosition] = strawberry.field(
        description="How far its parts were read, at most 100 of them."
    )

    @classmethod
    def of(cls, status: SourceStatus) -> "Source":
        progress = status.progress
        return cls(
            key=status.key,
            kind=status.kind,
            state=status.state.value,
            lag=span_of(status.lag),
            last_event_at=moment_of(progress.last_event_at),
            taken=progress.taken,
            repeated=progress.repeated,
            quarantined=progress.quarantined,
            passed=progress.passed,
            problem=status.problem,
            positions=[SourcePosition(part=part, position=text) for part, text in status.shown_positions],
        )
