"""Events of XES logs as records."""

from collections.abc import Iterator
from pathlib import Path

from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.record_reader import fields_not_there, readable
from impactgraph.ingest.rule_events import Subject
from impactgraph.ingest.rule_mapper import RuleMapper, Watch
from impactgraph.ingest.text_files import open_unpacked
from impactgraph.ingest.xes import xes_events

MOST_NAMES = 10_000
"""Names of attributes that are kept: memory has a limit."""


class XesRecords:
    """Events of one log. Id, time and order are those of the standard where the mapping names none."""

    def __init__(self, path: Path, mapper: RuleMapper) -> None:
        self._path, self._mapper = path, mapper
        self._names: set[str] = set()
        self._others: set[str] = set()
        """Elements that are no part of an XES log."""

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """As `RecordReader`."""
        with readable(self._path), open_unpacked(self._path) as (_, stream):
            for number, event in enumerate(xes_events(stream, self._others), 1):
                if len(self._names) < MOST_NAMES:
                    self._names.update(event)
                place = f"{self._path}: event {number}"
                moment = self._mapper.moment_of(event.get("time"))
                subject = Subject(event.get("id"), moment, event["case"].get("id"), None)
                yield (
                    place,
                    self._mapper.map_views(event.get("activity") or "", [(event, subject)], place, watch),
                )

    def findings(self) -> list[str]:
        """Fields of the mapping that no event has, and elements that were not read."""
        lacks = fields_not_there(self._mapper.mapping, self._names, "event") if self._names else []
        return lacks + [
            f"it has elements {name!r}, which an XES log does not have: they were not read."
            for name in sorted(self._others)
        ]

    def remarks(self) -> list[str]:
        """None."""
        return []
