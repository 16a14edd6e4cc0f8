"""Loads the files of fixtures/faults into a store in memory."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graph_models.time import parse_moment
from impactgraph.ports.ingest import IngestResult
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.topology.load import CheckedDocuments, check_path
from impactgraph.usecases.ingest_files import FileIngest

FIXTURES = Path(__file__).parents[2] / "fixtures"
FAULTS = FIXTURES / "faults"
NOW = parse_moment("2026-03-03T09:00:00Z")


@dataclass
class Loaded:
    """A store and what its last ingest reported."""

    store: EmbeddedStore
    report: Mapping[str, Any] = field(default_factory=dict[str, Any])
    reasons: Sequence[str] = ()
    """Of the quarantined events, each with its place."""
    has_findings: bool = False

    @property
    def file(self) -> Mapping[str, Any]:
        """The report of the last file."""
        return self.report["files"][-1]

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """Entries, and those taken, repeated, quarantined and passed over."""
        file = self.file
        passed = sum(row["count"] for row in file["passed"])
        return (file["entries"], file["taken"], file["repeated"], file["quarantined"], passed)

    @property
    def passed(self) -> dict[tuple[str, str], int]:
        """Counts by reason and activity."""
        return {(row["reason"], row["activity"]): row["count"] for row in self.file["passed"]}

    def load(self, files: Path | Sequence[Path], mapping: Path | None = None) -> "Loaded":
        paths = [files] if isinstance(files, Path) else list(files)
        ingest = FileIngest(self.store, [str(path) for path in paths], mapping, now=NOW)
        total = IngestResult()
        for block in ingest.run():
            total.extend(block.intake)
        self.report, self.has_findings = ingest.as_data(), ingest.has_findings
        self.reasons = [f"{Path(event.place).name}: {event.reason}" for event in total.quarantined]
        return self

    def steps(self, order: str) -> list[tuple[str, str | None]]:
        """(moment, title and fulfillment) of the timeline, without the day."""
        timeline = self.store.timeline(order)
        assert timeline is not None
        return [
            (f"{entry.at // 3_600_000 % 24:02}:{entry.at // 60_000 % 60:02}", entry.title)
            for entry in timeline.entries
        ]


@contextmanager
def shop(topology: Path = FIXTURES / "topologies" / "retailer.yaml") -> Generator[Loaded]:
    """A store with a topology and nothing else."""
    store = EmbeddedStore.in_memory(now=lambda: NOW)
    checked = _checked(topology)
    store.apply_topology(checked.require_topology(), dict(checked.documents), NOW - 10**9)
    yield Loaded(store)
    store.close()


@cache
def _checked(topology: Path) -> CheckedDocuments:
    return check_path(topology)
