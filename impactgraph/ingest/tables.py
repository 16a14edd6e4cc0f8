"""A CSV file as it is, before a mapping says what its columns are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.csv_records import Record, csv_records, likely_delimiter
from impactgraph.ingest.text_files import UndecodableError, open_text

_ENCODINGS = (None, "cp1252", "latin-1")
"""What is tried: UTF-8, what spreadsheets of western systems write, and what reads everything."""
_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """A file with a header."""

    path: Path
    names: tuple[str, ...]
    """Columns, without spaces around them; none is empty, and none stands twice."""
    delimiter: str
    encoding: str | None
    """None: UTF-8, or UTF-16 with a byte order mark."""
    _places: tuple[int, ...]
    _header_lines: int

    def rows(self) -> Iterator[dict[str, str]]:
        """Every well-formed row by column. Raises BadInputError where the file cannot be read."""
        for cells in self.cells(*self.names):
            yield dict(zip(self.names, cells, strict=True))

    def cells(self, *names: str) -> Iterator[list[str]]:
        """The cells of these columns of every well-formed row; empty where the row is too short.

        Raises BadInputError where the file cannot be read.
        """
        places = [self._places[self.names.index(name)] for name in names]
        width = max(places, default=-1) + 1
        for record in self._records():
            if not record.problem:
                cells = record.cells
                if len(cells) < width:
                    cells = [*cells, *[""] * (width - len(cells))]
                yield [cells[place] for place in places]

    def first_problem(self) -> Record | None:
        """The first malformed row. Raises BadInputError where the file cannot be read."""
        return next((record for record in self._records() if record.problem), None)

    def _records(self) -> Iterator[Record]:
        try:
            with open_text(self.path, self.encoding) as lines:
                yield from csv_records(
                    islice(lines, self._header_lines, None), self.delimiter, self._header_lines + 1
                )
        except UndecodableError as error:
            raise BadInputError(Problem(str(error), str(self.path), error.line)) from error
        except (OSError, EOFError) as error:
            raise _unreadable(self.path, error) from error


def open_table(path: str) -> Table:
    """Raises BadInputError where it cannot be read, or has no header."""
    file = Path(path)
    encoding = next((each for each in _ENCODINGS[:-1] if _is_decodable(file, each)), _ENCODINGS[-1])
    try:
        with open_text(file, encoding) as lines:
            head = list(islice(lines, 50))
    except (OSError, EOFError) as error:
        raise _unreadable(file, error) from error
    delimiter, first = None, 0
    if head and (match := _SEPARATOR.fullmatch(head[0])):
        delimiter, first = match[1], 1
    while first < len(head) and not head[first].strip():
        first += 1
    if first == len(head):
        raise BadInputError(
            Problem("It is empty: there is no header with the names of the columns.", path, 1)
        )
    delimiter = delimiter or likely_delimiter(head[first], ())
    record = next(csv_records(head[first : first + 1], delimiter))
    if record.problem:
        raise BadInputError(Problem(f"Its header cannot be read: {record.problem}.", path, first + 1))
    places: dict[str, int] = {}
    for place, name in enumerate(record.cells):
        if name:
            places.setdefault(name, place)
    return Table(file, tuple(places), delimiter, encoding, tuple(places.values()), first + 1)


def _is_decodable(path: Path, encoding: str | None) -> bool:
    try:
        with open_text(path, encoding) as lines:
            for _ in lines:
                pass
    except UndecodableError:
        return False
    except (OSError, EOFError) as error:
        raise _unreadable(path, error) from error
    return True


def _unreadable(path: Path, error: OSError | EOFError) -> BadInputError:
    reason = getattr(error, "strerror", None) or error
    return BadInputError(Problem(f"It cannot be read: {reason}.", str(path)))
