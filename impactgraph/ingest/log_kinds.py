"""Detection of the kind of a log from its content."""

import re
from enum import Enum
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.text_files import SQLITE, foreign_kind, open_unpacked

_OCEL = re.compile(rb'"(?:objectTypes|eventTypes|ocel:[a-z-]+|objects)"')
_ZEROS = re.compile(rb"\x00+")


class LogKind(Enum):
    EVENTS = "a file of CloudEvents"
    OCEL = "an OCEL 2.0 log"
    TABLE = "a CSV file"


def log_kind(path: str) -> LogKind:
    """Raises BadInputError where it cannot be read, or is a file of a kind that none reads."""
    try:
        with open_unpacked(Path(path)) as (head, _):
            pass
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(Problem(f"It cannot be read: {reason}.", path)) from error
    if head.startswith(SQLITE):
        return LogKind.OCEL
    if foreign := foreign_kind(head):
        raise BadInputError(Problem(f"It is no CloudEvents, OCEL 2.0 log or CSV file but {foreign}.", path))
    text = _ZEROS.sub(b"", head).removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
    text = text.removeprefix(b"\xfe\xff").lstrip()
    if not text:
        raise BadInputError(Problem("It is empty.", path))
    if text.startswith((b"{", b"[")):
        is_ocel = _OCEL.search(text) and b'"specversion"' not in text
        return LogKind.OCEL if is_ocel else LogKind.EVENTS
    return LogKind.TABLE
