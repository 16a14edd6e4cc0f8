"""OCEL logs: 2.0 in JSON, XML and SQLite, 1.0 in JSON and XML."""

import sqlite3
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.moments import MomentReader
from impactgraph.ingest.ocel_json import read_json
from impactgraph.ingest.ocel_log import OcelLog
from impactgraph.ingest.ocel_sqlite import read_sqlite
from impactgraph.ingest.ocel_xml import read_xml
from impactgraph.ingest.text_files import SQLITE, UndecodableError, foreign_kind, is_xml, open_unpacked


def read_ocel(path: Path, moments: MomentReader, qualifiers: Iterable[str] = ()) -> OcelLog:
    """The log; of relations between objects only those with one of the qualifiers, where there are some.

    Raises BadInputError where the file is no OCEL log, with what it is instead where that shows.
    """
    log = OcelLog(qualifiers=frozenset(qualifiers))
    try:
        with open_unpacked(path) as (head, stream):
            if head.startswith(SQLITE):
                with sqlite_copy(stream) as copy:
                    read_sqlite(copy, moments, log)
            elif is_xml(head):
                read_xml(stream, moments, log)
            elif foreign := foreign_kind(head):
                raise BadInputError(Problem(f"It is no OCEL log but {foreign}.", str(path)))
            else:
                read_json(path, moments, log)
    except (OSError, EOFError, sqlite3.Error, IndexError, ValueError, UndecodableError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(Problem(f"It cannot be read as an OCEL log: {reason}.", str(path))) from error
    return log


@contextmanager
def sqlite_copy(stream: BinaryIO) -> Generator[Path]:
    """A file with the database of a stream, which may have been zipped."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        while part := stream.read(1 << 20):
            copy.write(part)
        copy.flush()
        yield Path(copy.name)
