"""Records of CSV text, each with its line; one that is malformed costs no other.

A quote that is never closed would swallow every row behind it. Here it costs its own line: reading goes on
in the next one.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

MOST_LINES = 200
"""Lines of one record, of cells with line breaks; from more on, a quote counts as never closed."""
LONGEST_CELL = 131_072
DELIMITERS = (",", ";", "\t", "|")
QUOTE = '"'
_MARK = "\ufeff"
"""Byte order mark: in the middle of a file where several were joined."""


class Record(msgspec.Struct, frozen=True, gc=False):
    line: int
    """Of its start, from 1 on."""
    cells: list[str]
    """Without spaces around them; empty where the record is malformed."""
    problem: str = ""


def csv_records(
    lines: Iterable[str], delimiter: str, first_line: int = 1, *, quote: str = QUOTE
) -> Iterator[Record]:
    """The records of lines, without blank lines. A malformed one has its problem and no cells."""
    form = _Form(delimiter, quote)
    source = _Lines(lines, first_line)
    while (line := source.next()) is not None:
        number = source.number
        if quote not in line:
            if text := line.strip("\r\n"):
                cells = text.split(delimiter)
                if not form.is_tidy(text):
                    cells = [cell.strip() for cell in cells]
                too_long = len(text) > LONGEST_CELL and max(map(len, cells)) > LONGEST_CELL
                yield Record(number, [], _too_long()) if too_long else Record(number, cells)
            continue
        yield _quoted_record(line, source, number, form)


@dataclass(frozen=True, slots=True)
class _Form:
    """How cells are written."""

    delimiter: str
    quote: str

    def is_tidy(self, text: str) -> bool:
        """Whether no cell of a line begins or ends with a space; fast, since every line is looked at."""
        return (
            text.isprintable()
            and " " + self.delimiter not in text
            and self.delimiter + " " not in text
            and text[0] != " "
            and text[-1] != " "
        )


class _Lines:
    """Lines with their numbers, some of which can be put back."""

    def __init__(self, lines: Iterable[str], first: int) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.number = first - 1

    def next(self) -> str | None:
        line = self._returned.popleft() if self._returned else next(self._lines, None)
        self.number += line is not None
        return line.lstrip(_MARK) if line is not None else None

    def put_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))
        self.number -= len(lines)


def _quoted_record(line: str, source: _Lines, number: int, form: _Form) -> Record:
    lines = [line]
    cells, problem = _parse(lines, form)
    while cells is None and problem == "" and len(lines) < MOST_LINES:
        following = source.next()
        if following is None:
            break
        lines.append(following)
        if form.quote in following:
            cells, problem = _parse(lines, form)
    if cells is not None and not _has_swallowed_rows(cells, form):
        return Record(number, [cell.strip() for cell in cells])
    source.put_back(lines[1:])
    if cells is not None or problem == "":
        problem = "a quote is opened and never closed"
    return Record(number, [], problem)


def _parse(lines: list[str], form: _Form) -> tuple[list[str] | None, str]:
    """(cells, empty), (None, empty) where a quote is still open, or (None, what is wrong)."""
    try:
        rows = list(csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None, ""
        if "field larger" in str(error):
            return None, _too_long()
        return None, "there is text behind a closing quote: write a quote in quoted text twice"
    return (rows[0], "") if len(rows) == 1 else (None, "where it ends is unclear")


def _has_swallowed_rows(cells: list[str], form: _Form) -> bool:
    """Whether a cell with line breaks holds what is a row by itself: a quote was not closed, and a later one
    closed it.
    """
    return len(cells) > 1 and any(
        len(_cells_of(part, form)) == len(cells)
        for cell in cells
        if "\n" in cell or "\r" in cell
        for part in cell.splitlines()[1:]
    )


def _cells_of(text: str, form: _Form) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=form.delimiter, quotechar=form.quote), list[str]())
    except csv.Error:
        return []


def _too_long() -> str:
    return f"a cell is longer than {LONGEST_CELL:,} characters"


def likely_delimiter(header: str, columns: Iterable[str]) -> str:
    """Of the usual delimiters, that by which the header has most of the columns, then most cells."""
    names = set(columns)

    def score(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip() for cell in _cells_of(header, _Form(delimiter, QUOTE))]
        return len(names.intersection(cells)), len(cells)

    return max(DELIMITERS, key=score)
