"""Documents to entries: the keys of every section over all files and CSV tables, each with its body and place."""

import csv
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field

from impactgraph.errors import Problem
from impactgraph.topology.document import Document, Items, Map, Node
from impactgraph.topology.fields import shown, written
from impactgraph.topology.format import CSV_COLUMNS, FORMAT_VERSION, SECTIONS
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import Known, Place

VERSION, LOCATIONS_CSV = "impactgraph", "locations_csv"

ReadTable = Callable[[str], str]
"""The text of a CSV by its name; raises ValueError that says why it cannot be had."""


@dataclass(frozen=True, slots=True)
class Entry:
    body: Node
    place: Place


@dataclass
class Gathered:
    """Entries by section and key."""

    sections: dict[str, dict[str, Entry]] = field(
        default_factory=lambda: {section.name: dict[str, Entry]() for section in SECTIONS}
    )
    problems: list[Problem] = field(default_factory=list[Problem])
    tables: dict[str, str] = field(default_factory=dict[str, str])
    """Texts of the CSV files that were named."""

    def wrong(self, message: str, place: Place) -> None:
        self.problems.append(Problem(message, place.file, place.line))

    def add(self, section: str, kind: str, key: str, entry: Entry) -> None:
        """Takes an entry unless its key is no key, or was there before."""
        if not is_key(key):
            self.wrong(
                f"{key!r} cannot be the key of a {kind}: a key is printable text without white space, `/` and `:`.",
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


def is_key(text: str) -> bool:
    return bool(text) and text.isprintable() and not any(mark in "/:" or mark.isspace() for mark in text)


def gather(documents: list[Document], read_table: ReadTable) -> Gathered:
    gathered = Gathered()
    for document in documents:
        gathered.problems.extend(document.problems)
        if isinstance(document.root, Map):
            _sections(document.root, document.file, gathered, read_table)
        elif document.root is not None:
            gathered.wrong(
                f"A topology is a map of sections such as `systems`, not {shown(document.root)}.",
                Place(document.file, 1),
            )
    return gathered


def _sections(root: Map, file: str, gathered: Gathered, read_table: ReadTable) -> None:
    kinds = {section.name: section.kind for section in SECTIONS}
    for name, node in root.items():
        place = Place(file, root.lines[name])
        if name in kinds:
            _section(name, kinds[name], node, place, gathered)
        elif name == VERSION:
            if node != FORMAT_VERSION or isinstance(node, bool):
                gathered.wrong(
                    f"`{VERSION}` is the version of the format: this program reads {FORMAT_VERSION}, not {shown(node)}.",
                    place,
                )
        elif name == LOCATIONS_CSV:
            _tables(node, place, gathered, read_table)
        else:
            gathered.wrong(
                f"There is no section `{name}`.{did_you_mean(name, [*kinds, VERSION, LOCATIONS_CSV])}", place
            )


def _section(name: str, kind: str, node: Node, place: Place, gathered: Gathered) -> None:
    if node is None:
        return
    if not isinstance(node, Map):
        gathered.wrong(f"`{name}` must be a map from key to {kind}, not {shown(node)}.", place)
        return
    lines = node.lines
    for key, body in node.items():
        gathered.add(name, kind, key, Entry(body, Place(place.file, lines[key])))


def _tables(node: Node, place: Place, gathered: Gathered, read_table: ReadTable) -> None:
    names = list(node) if isinstance(node, Items) else [node]
    for name in names:
        if not isinstance(name, str) or not name:
            gathered.wrong(
                f"`{LOCATIONS_CSV}` must name a file (or a list of files), not {shown(name)}.", place
            )
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place.file), name))
        try:
            text = gathered.tables[path] = read_table(path)
        except ValueError as error:
            gathered.wrong(f"`{LOCATIONS_CSV}`: {error}", place)
        else:
            _rows(text, path, gathered)


def _rows(text: str, file: str, gathered: Gathered) -> None:
    """Rows of a table of locations, as bodies with the same fields that YAML has."""
    reader = csv.reader(text.removeprefix("\ufeff").splitlines())
    header = [cell.strip() for cell in next(reader, list[str]())]
    if problems := _header_problems(header):
        for problem in problems:
            gathered.wrong(problem, Place(file, 1))
        return
    for row in reader:
        line = reader.line_num
        if len(row) > len(header):
            gathered.wrong(
                f"The row has {len(row)} cells, but there are {len(header)} columns: put a cell with commas in quotes.",
                Place(file, line),
            )
        elif any(cell.strip() for cell in row):
            body = Map(line)
            for column, cell in zip(header, row, strict=False):
                body[column], body.lines[column] = cell.strip() or None, line
            key = body.pop("id")
            gathered.add(
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


def known_keys(gathered: Gathered) -> Known:
    """All that references may name, also where what they name is itself at fault."""
    known = Known()
    for section in SECTIONS:
        known.places[section.kind] = {
            key: entry.place for key, entry in gathered.sections[section.name].items()
        }
    known.places["step"] = steps = dict[str, Place]()
    for workflow, entry in gathered.sections["workflows"].items():
        body = entry.body.get("steps") if isinstance(entry.body, Map) else None
        own = (
            {key: Place(entry.place.file, line) for key, line in body.lines.items()}
            if isinstance(body, Map)
            else {}
        )
        for key, place in own.items():
            if not is_key(key):
                gathered.wrong(
                    f"{key!r} cannot be the key of a step: a key is printable text without white space, `/` and `:`.",
                    place,
                )
            steps[f"{workflow}/{key}"] = place
        known.steps[workflow] = own
        known.postings[workflow] = (
            {kind for step in body.values() for kind in _posting_types(step)}
            if isinstance(body, Map)
            else set()
        )
    return known


def _posting_types(step: Node) -> list[str]:
    emits = step.get("emits") if isinstance(step, Map) else None
    postings = emits.get("postings") if isinstance(emits, Map) else None
    types: list[Node] = (
        [posting.get("type") for posting in postings if isinstance(posting, Map)]
        if isinstance(postings, Items)
        else []
    )
    return [text for text in map(written, types) if text is not None]
