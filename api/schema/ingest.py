"""Ingests of files, with the outcome of every entry."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from api.schema.page import Connection
from api.schema.scalars import Moment
from impactgraph.usecases import ingests


@strawberry.type(description="Entries of a file that became no event, for one reason.")
class PassedOver:
    reason: str = strawberry.field(description="Why, such as `unmapped activity`.")
    activity: str = strawberry.field(description="The activity of the entries; empty where none can be read.")
    count: int = strawberry.field(description="Number of entries.")
    example: str = strawberry.field(description="Place of the first one.")

    @classmethod
    def each(cls, rows: Sequence[Mapping[str, Any]]) -> "list[PassedOver]":
        return [
            cls(**{name: row[name] for name in ("reason", "activity", "count", "example")}) for row in rows
        ]


@strawberry.type(
    description="The outcome of the entries of a file: entries = taken + repeated + quarantined + the sum of "
    "`passed`."
)
class FileReport:
    file: str = strawberry.field(description="Name of the file, as it was given.")
    entries: int = strawberry.field(description="Number of entries that were read.")
    taken: int = strawberry.field(description="Entries of which at least one event was new.")
    repeated: int = strawberry.field(description="Entries whose events were all recorded before.")
    quarantined: int = strawberry.field(description="Entries of which at least one event was quarantined.")
    passed: list[PassedOver] = strawberry.field(description="Entries that became no event.")
    findings: list[str] = strawberry.field(description="What the mapping names and the file lacks.")
    remarks: list[str] = strawberry.field(description="Observations that may be intended.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "FileReport":
        counts = {name: row[name] for name in ("entries", "taken", "repeated", "quarantined")}
        return cls(
            file=row["file"],
            **counts,
            passed=PassedOver.each(row["passed"]),
            findings=list(row.get("findings", ())),
            remarks=list(row.get("remarks", ())),
        )


@strawberry.type(description="One ingest of files. `impactgraph ingest --undo NUMBER` takes it back.")
class Ingest:
    number: int = strawberry.field(description="Its number, from 1 on.")
    started_at: Moment = strawberry.field(description="When it began.")
    ended_at: Moment | None = strawberry.field(description="When it ended; null: it was broken off.")
    undone_at: Moment | None = strawberry.field(description="When it was taken back; null: it was not.")
    names: list[str] = strawberry.field(description="Names of its files.")
    files: list[FileReport] = strawberry.field(
        description="The import report, a file each; empty where the ingest was broken off."
    )

    @classmethod
    def of(cls, ingest: ingests.Ingest) -> "Ingest":
        return cls(
            number=ingest.number,
            started_at=Moment(ingest.started_at),
            ended_at=None if ingest.ended_at is None else Moment(ingest.ended_at),
            undone_at=None if ingest.undone_at is None else Moment(ingest.undone_at),
            names=[file.file for file in ingest.files],
            files=[FileReport.of(row) for row in ingest.report.get("files", ())],
        )


IngestConnection = Connection[Ingest]
