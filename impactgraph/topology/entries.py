"""Entries of every section by key, collected over all documents and CSV tables, with their places."""

import csv
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field

from graph_models.counts import say_count
from impactgraph.errors import Problem
from impactgraph.topology.document import Document, Items, Map, Node
from impactgraph.topology.fields import display_text, source_text
from impactgraph.topology.format import CSV_COLUMNS, FORMAT_VERSION, SECTIONS, SINGLE_FIELDS
from impactgraph.topology.format_rates import RATES
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import KeyIndex, Place

VERSION = "impactgraph"
LOCATIONS_CSV = "locations_csv"
SINGLES = (RATES, *SINGLE_FIELDS)
"""What all documents together may have once, and that is no map from key to body."""

ReadTable = Callable[[str], str]
"""Returns the text of a CSV file by name. Raises ValueError with the reason where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    body: Node
    place: Place


@dataclass
class Entries:
    """Entries by section and key."""

    sections: dict[str, dict[str, Entry]] = field(
        default_factory=lambda: {section.name: dict[str, Entry]() for section in SECTIONS}
    )
    singles: dict[str, Entry] = field(default_factory=dict[str, Entry])
    """By name; see SINGLES."""
    problems: list[Problem] = field(default_factory=list[Problem])
    tables: dict[str, str] = field(default_factory=dict[str, str])
    """Texts of the CSV files that the documents name."""

    def wrong(self, message: str, place: Place) -> None:
        self.problems.append(Problem(message, place.file, place.line))

    def add(self, section: str, kind: str, key: str, entry: Entry) -> None:
        """Adds an entry, unless its key is invalid or a duplicate."""
        if not is_key(key):
            self.wrong(
                f"{key!r} cannot be the key of a {kind}: a key is printable text without white space, `/` "
                "and `:`.",
                entry.place,
            )
            return
        entries = self.sections[section]
        if key in entries:
            self.wrong(
                f"{kind} {key!r} is defined twice: at {entries[key].place} and here. Keep one.", entry.place
            )
            return
        entries[key] = entry

    def set_single(self, name: str, entry: Entry) -> None:
        """Keeps what there is once, unless it is there already; without a value it counts as omitted."""
        if name in self.singles and entry.body is not None:
            self.wrong(
                f"`{name}` is defined twice: at {self.singles[name].place} and here. Keep one.",
                entry.place,
            )
        elif entry.body is not None:
            self.singles[name] = entry


def is_key(text: str) -> bool:
    return bool(text) and text.isprintable() and not any(mark in "/:" or mark.isspace() for mark in text)


def collect_entries(documents: list[Document], read_table: ReadTable) -> Entries:
    entries = Entries()
    for document in documents:
        entries.problems.extend(document.problems)
        if isinstance(document.root, Map):
            _sections(document.root, document.file, entries, read_table)
        elif document.root is not None:
            entries.wrong(
                f"A topology is a map of sections such as `systems`, not {display_text(document.root)}.",
                Place(document.file, 1),
            )
    return entries


def _sections(root: Map, file: str, entries: Entries, read_table: ReadTable) -> None:
    kinds = {section.name: section.kind for section in SECTIONS}
    for name, node in root.items():
        place = Place(file, root.lines[name])
        if name in kinds:
            _section(entries, name=name, kind=kinds[name], node=node, place=place)
        elif name == VERSION:
            if node != FORMAT_VERSION or isinstance(node, bool):
                entries.wrong(
                    f"`{VERSION}` is the version of the format: this program reads {FORMAT_VERSION}, not "
                    f"{display_text(node)}.",
                    place,
                )
        elif name == LOCATIONS_CSV:
            _tables(node, place, entries, read_table)
        elif name in SINGLES:
            entries.set_single(name, Entry(node, place))
        else:
            names = [*kinds, VERSION, LOCATIONS_CSV, *SINGLES]
            entries.wrong(f"There is no section `{name}`.{did_you_mean(name, names)}", place)


def _section(entries: Entries, *, name: str, kind: str, node: Node, place: Place) -> None:
    if node is None:
        return
    if not isinstance(node, Map):
        entries.wrong(f"`{name}` must be a map from key to {kind}, not {display_text(node)}.", place)
        return
    lines = node.lines
    for key, body in node.items():
        entries.add(name, kind, key, Entry(body, Place(place.file, lines[key])))


def _tables(node: Node, place: Place, entries: Entries, read_table: ReadTable) -> None:
    names = list(node) if isinstance(node, Items) else [node]
    for name in names:
        if not isinstance(name, str) or not name:
            entries.wrong(
                f"`{LOCATIONS_CSV}` must name a file (or a list of files), not {display_text(name)}.", place
            )
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place.file), name))
        try:
            text = entries.tables[path] = read_table(path)
        except ValueError as error:
            entries.wrong(f"`{LOCATIONS_CSV}`: {error}", place)
        else:
            _rows(text, path, entries)


def _rows(text: str, file: str, entries: Entries) -> None:
    """Adds the rows of a table of locations as entries with the same fields as in YAML."""
    reader = csv.reader(text.removeprefix("\ufeff").splitlines())
    header = [cell.strip() for cell in next(reader, list[str]())]
    if problems := _header_problems(header):
        for problem in problems:
            entries.wrong(problem, Place(file, 1))
        return
    for row in reader:
        line = reader.line_num
        if len(row) > len(header):
            entries.wrong(
                f"The row has {say_count(len(row), 'cell')}, but the header has {len(header)}: put a cell "
                "with commas in quotes.",
                Place(file, line),
            )
        elif any(cell.strip() for cell in row):
            body = Map(line)
            for column, cell in zip(header, row, strict=False):
                body[column] = cell.strip() or None
                body.lines[column] = line
            key = body.pop("id")
            entries.add(
                "locations", "location", key if isinstance(key, str) else "", Entry(body, Place(file, line))
            )


def _header_problems(header: list[str]) -> list[str]:
    unknown = [
        f"There is no column {name!r} for locations.{did_you_mean(name, CSV_COLUMNS)}"
        for name in header
        if name not in CSV_COLUMNS
    ]
    hint = f"the first row must name the columns {','.join(CSV_COLUMNS)}"
    missing = [f"The column {name!r} is missing: {hint}." for name in CSV_COLUMNS[:2] if name not in header]
    twice = [f"The column {name!r} stands twice." for name in dict.fromkeys(header) if header.count(name) > 1]
    return unknown + missing + twice


def key_index(entries: Entries) -> KeyIndex:
    """Returns every key that references may name, including keys of elements with errors."""
    index = KeyIndex()
    for section in SECTIONS:
        index.places[section.kind] = {
            key: entry.place for key, entry in entries.sections[section.name].items()
        }
    index.places["step"] = steps = dict[str, Place]()
    for workflow, entry in entries.sections["workflows"].items():
        body = entry.body.get("steps") if isinstance(entry.body, Map) else None
        own = (
            {key: Place(entry.place.file, line) for key, line in body.lines.items()}
            if isinstance(body, Map)
            else {}
        )
        for key, place in own.items():
            if not is_key(key):
                entries.wrong(
                    f"{key!r} cannot be the key of a step: a key is printable text without white space, `/` "
                    "and `:`.",
                    place,
                )
            steps[f"{workflow}/{key}"] = place
        index.steps[workflow] = own
        index.postings[workflow] = (
            {kind for step in body.values() for kind in _posting_types(step)}
            if isinstance(body, Map)
            else set()
        )
    return index


def _posting_types(step: Node) -> list[str]:
    emits = step.get("emits") if isinstance(step, Map) else None
    postings = emits.get("postings") if isinstance(emits, Map) else None
    types: list[Node] = (
        [posting.get("type") for posting in postings if isinstance(posting, Map)]
        if isinstance(postings, Items)
        else []
    )
    return [text for text in map(source_text, types) if text is not None]
