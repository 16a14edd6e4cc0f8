"""Reads the list of a system from CSV, JSON or rows: ids with states and amounts, and what cannot be read."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from graph_models.counts import say_count
from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.amounts import with_sign_first
from impactgraph.ingest.csv_records import csv_records, likely_delimiter
from impactgraph.ingest.event_texts import shown, tidy
from impactgraph.ingest.json_text import refuse_repeated_key
from impactgraph.ingest.list_check import DETAILS, LARGEST, FirstRows
from impactgraph.ingest.text_files import UndecodableError, foreign_kind, open_text, open_unpacked
from impactgraph.topology.near import did_you_mean

FIELDS = ("id", *DETAILS)
_GUESSES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id", "order", "orderid", "ordernumber", "orderno", "ordernr", "salesorder", "salesdocument", "vbeln",
        "fulfillment", "fulfillmentid", "fulfilment", "delivery", "deliveryid", "shipment", "shipmentid",
        "document", "documentid", "documentnumber", "documentno", "belnr", "invoice", "invoicenumber",
        "externalid", "externalreference", "reference", "customerreference", "bstnk",
    ),
    "state": ("state", "status", "orderstatus", "orderstate", "gbstk"),
    "amount": (
        "amount", "value", "total", "ordervalue", "totalamount", "netvalue", "grossamount", "netwr", "wrbtr",
    ),
    "currency": ("currency", "currencycode", "curr", "ccy", "waers", "waerk"),
}  # fmt: skip
"""Names of columns by field, without separators and in small letters: the first that a list has is read."""
_DOT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)
_COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]*)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LONGEST_ID = 512
_ENDS = ("\n", "\r")
_JSON_ENDS = ("]", "}")
"""A document that ends so was not cut, whatever follows."""


@dataclass(frozen=True)
class ListLayout:
    """How a file is read: names of columns by field (None: guessed), and the mark of its decimals."""

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    decimal: str = "."
    encoding: str | None = None


@dataclass
class ListFile:
    """What a file says."""

    columns: Mapping[str, str]
    """By field, the column that was read."""
    other_columns: tuple[str, ...]
    """Columns that were not read."""
    rows: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """As in `list.reported`."""
    refused: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """`place` and `reason` of each row that cannot be read."""
    is_last_refused: bool = False
    """Whether its last row cannot be read, as where it was cut."""
    has_last_break: bool = True
    """Whether its text ends with a line break, or as JSON does."""

    @property
    def id_count(self) -> int:
        """Rows whose id could be read."""
        return len(self.rows) + sum("id" in row for row in self.refused)


def read_list(path: Path, layout: ListLayout) -> ListFile:
    """Raises BadInputError where the file cannot be read, or has no column of ids."""
    try:
        with open_unpacked(path) as (head, _):
            kind = foreign_kind(head)
        if kind is not None:
            raise BadInputError(Problem(f"It is {kind}.", file=str(path)))
        with open_text(path, layout.encoding) as text:
            lines = _Lines(text)
            result = _Reader(str(path), layout).read(_records(path, lines))
            result.has_last_break = lines.last.endswith(_ENDS) or lines.last.rstrip().endswith(_JSON_ENDS)
            return result
    except UndecodableError as error:
        raise BadInputError(Problem(str(error), file=str(path), line=error.line)) from error
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInputError(Problem(f"It cannot be read: {reason}.", file=str(path))) from error


def list_of_rows(name: str, rows: Iterable[Mapping[str, Any]], layout: ListLayout) -> ListFile:
    """As `read_list`, of rows by column, such as those of a query."""
    return _Reader(name, layout).read(_of_members((f"row {n}", row) for n, row in enumerate(rows, 1)))


class _Lines:
    """Lines of a text; remembers the last one."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        return self.last


_Record = tuple[str, Mapping[str, Any] | str]
"""Place in the file, and the values by column, or why it cannot be read."""


def _records(path: Path, lines: Iterator[str]) -> Iterator[_Record]:
    for line in lines:
        if line.strip():
            if line.lstrip()[0] in "[{":
                yield from _json_records(path, [line, *lines])
            else:
                yield from _csv(path, line, lines)
            return
    raise _empty(path)


def _empty(path: Path) -> BadInputError:
    return BadInputError(Problem("It is empty: a list has a header, or is `[]`.", file=str(path)))


def _csv(path: Path, header: str, lines: Iterator[str]) -> Iterator[_Record]:
    names = [name for names in _GUESSES.values() for name in names]
    delimiter = likely_delimiter(header, names)
    records = csv_records([header, *lines], delimiter)
    first = next(records, None)
    if first is None:  # a mark of the byte order is no line
        raise _empty(path)
    if first.problem:
        raise BadInputError(Problem(f"Its header cannot be read: {first.problem}.", str(path), first.line))
    columns = first.cells
    repetitions = sorted({name for name in columns if columns.count(name) > 1 and name})
    if repetitions:
        raise BadInputError(
            Problem(f"It has the column {shown(repetitions[0])} twice: rename one.", str(path), first.line)
        )
    yield "", dict.fromkeys(columns, "")
    for record in records:
        place = f"line {record.line}"
        if record.problem:
            yield place, record.problem
        elif len(record.cells) != len(columns):
            yield place, f"it has {say_count(len(record.cells), 'cell')}, and the header has {len(columns)}"
        else:
            yield place, dict(zip(columns, record.cells, strict=True))


def _json_records(path: Path, lines: Sequence[str]) -> Iterator[_Record]:
    """Of an array of objects, or of an object with one; also of an object a line."""
    text = "".join(lines)
    try:
        document = json.loads(text, parse_float=str, parse_int=str)
        refuse_repeated_key(text)
    except (ValueError, RecursionError) as error:
        if text.lstrip().startswith("{") and len(lines) > 1:
            yield from _of_members(_json_lines(lines))
            return
        line = getattr(error, "lineno", None)
        raise BadInputError(Problem(f"It is not JSON: {error}.", file=str(path), line=line)) from error
    if isinstance(document, dict):
        fields = cast("dict[str, Any]", document)
        lists = [name for name, value in fields.items() if isinstance(value, list)]
        if len(lists) != 1:
            yield from _of_members([("row 1", fields)])
            return
        document = fields[lists[0]]
    members = cast("list[Any]", document)
    yield from _of_members((f"row {number}", each) for number, each in enumerate(members, 1))


def _json_lines(lines: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                refuse_repeated_key(line)
                yield f"line {number}", json.loads(line, parse_float=str, parse_int=str)
            except (ValueError, RecursionError) as error:
                yield f"line {number}", f"it is no JSON: {error}"


def _of_members(members: "Iterator[tuple[str, Any]] | Sequence[tuple[str, Any]]") -> Iterator[_Record]:
    rows: list[_Record] = []
    columns: dict[str, str] = {}
    for place, member in members:
        if isinstance(member, dict):
            rows.append((place, cast("dict[str, Any]", member)))
            columns |= dict.fromkeys(cast("dict[str, Any]", member), "")
        elif isinstance(member, str) and not member.startswith("it is no JSON"):
            rows.append((place, {"id": member}))
            columns["id"] = ""
        else:
            reason = member if isinstance(member, str) else "it is neither an object nor an id"
            rows.append((place, reason))
    yield "", columns
    yield from rows


class _Reader:
    def __init__(self, name: str, layout: ListLayout) -> None:
        """`name` is that of the file, for messages."""
        self._name = name
        self._layout = layout
        self._columns: dict[str, str] = {}
        self._first_rows = FirstRows()

    def read(self, records: Iterator[_Record]) -> ListFile:
        _, header = next(records)
        assert not isinstance(header, str)
        names = list(header)
        self._columns = self._choice(names)
        choice = set(self._columns.values())
        result = ListFile(self._columns, tuple(name for name in names if name and name not in choice))
        for place, record in records:
            result.is_last_refused = False
            if isinstance(record, str):
                result.refused.append({"place": place, "reason": record})
                result.is_last_refused = True
                continue
            id_ = ""
            try:
                id_ = self._id(record)
                row = {"id": id_} | self._details(record)
                if contradiction := self._first_rows.contradiction(row, place):
                    result.refused.append({"place": place, "reason": contradiction, "id": id_})
                else:
                    result.rows.append(row)
            except ValueError as error:
                refusal = {"place": place, "reason": str(error)}
                result.refused.append(refusal | ({"id": id_} if id_ else {}))
                result.is_last_refused = True
        return result

    def _choice(self, names: list[str]) -> dict[str, str]:
        """By field its column: the one that was named, else a guess. Raises BadInputError."""
        problems = [
            Problem(f"It has no column {shown(name)}.{did_you_mean(name, names)}", file=self._name)
            for name in self._layout.columns.values()
            if names and name not in names
        ]
        if problems:
            raise BadInputError(*problems)
        used_columns = set(self._layout.columns.values())
        plain = {_plain(name): name for name in reversed(names) if name not in used_columns}
        choice = dict(self._layout.columns)
        for each in FIELDS:
            guess = next((plain[name] for name in _GUESSES[each] if name in plain), None)
            if each not in choice and guess is not None:
                choice[each] = guess
        if "id" not in choice and names:
            raise BadInputError(
                Problem(
                    f"Which column has the ids is unclear: name it with --id. There are {', '.join(names)}.",
                    file=self._name,
                )
            )
        return choice

    def _id(self, record: Mapping[str, Any]) -> str:
        """Raises ValueError with the reason for which the row cannot be read, as `_details` does."""
        column = self._columns.get("id", "id")
        id_ = _text(column, record.get(column))
        if not id_:
            raise ValueError(f"it has no id: {shown(column)} is empty")
        if len(id_) > _LONGEST_ID:
            raise ValueError(f"{shown(id_)} is longer than {_LONGEST_ID} characters")
        return id_

    def _details(self, record: Mapping[str, Any]) -> dict[str, str]:
        values = {
            name: _text(column, record.get(column)) for name, column in self._columns.items() if name != "id"
        }
        row = {"state": values["state"]} if values.get("state") else {}
        if amount := values.get("amount"):
            row["amount"] = self._amount(amount)
        if currency := values.get("currency", "").upper():
            if not _CURRENCY.fullmatch(currency):
                raise ValueError(f"{shown(currency)} is no currency: write three letters, such as EUR")
            row["currency"] = currency
        return row

    def _amount(self, text: str) -> str:
        number = self._number(text)
        if Decimal(number).copy_abs() > LARGEST:
            raise ValueError(f"{shown(text)} is more than can be kept: {LARGEST:,}")
        return number

    def _number(self, text: str) -> str:
        plain = with_sign_first(text.replace(" ", "").replace("\u00a0", "").replace("'", ""))
        if self._layout.decimal == ",":
            if _COMMA.fullmatch(plain):
                return plain.replace(".", "").replace(",", ".")
            raise ValueError(f"{shown(text)} is no amount with a decimal comma, such as 1.299,90")
        if _DOT.fullmatch(plain):
            return plain
        raise ValueError(
            f"{shown(text)} is no amount: write digits and a decimal point, such as 1299.90, or name the "
            "mark of the list: --decimal ,"
        )


def _text(column: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | list | dict):
        raise ValueError(f"{column} is {shown(cast('Any', value))}, and a text or a number is expected")
    return tidy(column, str(value)) if str(value).strip() else ""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()
