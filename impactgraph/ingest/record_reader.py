"""Interface that reads the records of a log for a mapping of version 2."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.record_mapper import MappedRecord
from impactgraph.ingest.rule_mapper import Watch
from impactgraph.ingest.rules import RuleMapping
from impactgraph.topology.near import did_you_mean


class RecordReader(Protocol):
    """Reads the records of a log, as often as asked for."""

    def records(self, watch: Watch) -> Iterator[tuple[str, MappedRecord]]:
        """(place, record) of each. Raises BadInputError where the log cannot be read."""
        ...

    def findings(self) -> list[str]:
        """What of the mapping the log lacks, a sentence each; once it was read."""
        ...

    def remarks(self) -> list[str]:
        """What may be as it should; once it was read."""
        ...


@contextmanager
def readable(path: Path) -> Generator[None]:
    """Raises BadInputError instead of OSError, EOFError and ValueError."""
    try:
        yield
    except (OSError, EOFError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(Problem(f"It cannot be read: {reason}.", str(path))) from error


def fields_not_there(mapping: RuleMapping, names: Iterable[str], what: str) -> list[str]:
    """A sentence for each field of the mapping that is not among the names of a log."""
    known_names = set(names)
    return [
        f"no {what} has {name!r}, which `{place}` of the mapping names.{did_you_mean(name, known_names)}"
        for name, place in mapping.names().items()
        if name not in known_names
    ]
