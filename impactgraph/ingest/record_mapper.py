"""Interface that makes events of another system's records: provided by mappings, used by files and sources.

`impactgraph.ingest.mapping_files.load_record_mapper` reads one from a mapping file.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import msgspec

from impactgraph.ingest.mapped import Skipped

Record: TypeAlias = Mapping[str, Any]
"""A row of a table by column, or a JSON object."""


class MappedRecord(msgspec.Struct, frozen=True):
    """One record and its outcome."""

    activity: str
    """Its name in reports: the activity, or the topic or type of a message."""
    events: Sequence[bytes]
    """CloudEvents in structured JSON; none where it was passed over."""
    skipped: Skipped | None = None
    """Why it was passed over."""
    notes: Sequence[str] = ()
    """What went wrong with single values of it, a sentence each."""
    inferred: Mapping[int, str] = MappingProxyType({})
    """Order by index of the event: events that place orders because no earlier record does."""
    missing: str = ""
    """An object that it names and the log does not have, where there is one."""


class RecordMapper(Protocol):
    """A mapping, ready to be used; it keeps nothing of the records that it has seen."""

    @property
    def source(self) -> str:
        """The CloudEvents source of its events."""
        ...

    def map_document(self, document: Any, place: str) -> Sequence[MappedRecord]:
        """The records of one document: a JSON value as it was decoded, or a row as a map. `place` says where
        it came from, for reports.

        Never raises on account of what a document holds. A mapper may be called by several threads.
        """
        ...
