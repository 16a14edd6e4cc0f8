"""Loads a topology from a file, a folder, or texts by name; reports all problems of the documents at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_models.rates import ExchangeRates
from graph_models.topology import Element, Region, Topology
from impactgraph.errors import BadInputError, Problem
from impactgraph.topology.document import Document, Map, parse_document, pause_garbage_collection
from impactgraph.topology.entries import Entries, Entry, collect_entries, key_index
from impactgraph.topology.fields import WRONG, Reading, display_text
from impactgraph.topology.format import SECTIONS, SINGLE_FIELDS, Section
from impactgraph.topology.format_rates import RATES, read_rates
from impactgraph.topology.schedules import with_timezone
from impactgraph.topology.topology_checks import CHECKS

YAML = (".yaml", ".yml")
EMPTY = "There is nothing in it: a topology needs at least one section, such as `systems`."


@dataclass(frozen=True)
class CheckedDocuments:
    """The result of reading documents: `topology` is None if there are errors; `documents` has the texts by
    name.
    """

    topology: Topology | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    documents: Mapping[str, str]

    def require_topology(self) -> Topology:
        """Returns the topology. Raises: BadInputError with all errors."""
        if self.topology is None:
            raise BadInputError(*self.errors)
        return self.topology


def parse_topology(documents: Mapping[str, str], *, base: Path | None = None) -> Topology:
    """Loads texts by file name. Raises: BadInputError with all problems.

    A CSV file that a document names must be among the documents or under `base`.
    """
    return check_documents(documents, base=base).require_topology()


def check_path(path: Path) -> CheckedDocuments:
    """Reads a file or folder; the `documents` of the result are stored with the version."""
    documents, problems = _read_yaml(path)
    if problems:
        return CheckedDocuments(None, tuple(problems), (), documents)
    return check_documents(documents, base=_base(path))


def check_documents(documents: Mapping[str, str], *, base: Path | None = None) -> CheckedDocuments:
    """As parse_topology, with problems and warnings in the result."""

    def table(name: str) -> str:
        if name in documents:
            return documents[name]
        if base is None:
            raise ValueError(
                f"the text of {name} was not given: send it too, or write the locations under `locations`."
            )
        return _text(base / name, name)

    with pause_garbage_collection():
        files = [
            parse_document(text, name)
            for name, text in documents.items()
            if not name.lower().endswith(".csv")
        ]
        entries = collect_entries(files, table)
        topology, errors, warnings = _build(entries, files)
    return CheckedDocuments(
        None if errors else topology,
        tuple(_by_place(errors)),
        tuple(_by_place(warnings)),
        {**documents, **entries.tables},
    )


def _build(entries: Entries, files: list[Document]) -> tuple[Topology, list[Problem], list[Problem]]:
    problems = entries.problems
    keys = key_index(entries)
    if any(document.root is None and document.problems for document in files):
        # Without this file, every reference to its elements would be a false alarm.
        return Topology(), problems, []
    if not problems and not any(entries.sections.values()):
        problems.append(Problem(EMPTY, files[0].file if files else None))
    reading = Reading(keys, problems=problems)
    singles = {name: _single(name, entries.singles.get(name), reading) for name in SINGLE_FIELDS}
    reading.timezone = singles["timezone"]
    holidays: Mapping[str, tuple[int, ...]] = singles["holidays"] or {}
    singles["holidays"] = holidays
    reading.holidays = tuple(name for name in holidays if name)
    sections: dict[str, Any] = {
        section.name: _elements(section, entries.sections[section.name], reading) for section in SECTIONS
    }
    sections["integrations"] = with_timezone(sections["integrations"], singles["timezone"])
    topology = Topology(**sections, rates=_rates(entries.singles.get(RATES), reading), **singles)
    for check in CHECKS:
        check(topology, entries, reading)
    return topology, problems, reading.warnings


def _rates(entry: Entry | None, reading: Reading) -> ExchangeRates | None:
    if entry is None:
        return None
    reading.file, reading.element = entry.place.file, ""
    return read_rates(entry.body, entry.place.line, reading)


def _single(name: str, entry: Entry | None, reading: Reading) -> Any:
    """The value of a field of the topology itself; None where it has none, or a wrong one."""
    if entry is None:
        return None
    reading.file, reading.element = entry.place.file, ""
    value = SINGLE_FIELDS[name].value.read(entry.body, entry.place.line, name, reading)
    return None if value is WRONG else value


def _elements(section: Section, entries: Mapping[str, Entry], reading: Reading) -> dict[str, Any]:
    elements: dict[str, Element | Region] = {}
    for key, entry in entries.items():
        element = _element(section, key, entry, reading)
        if element is not None:
            elements[key] = element
    return elements


def _element(section: Section, key: str, entry: Entry, reading: Reading) -> Element | Region | None:
    reading.file = entry.place.file
    reading.element = f"{section.kind}:{key}"
    reading.workflow = key
    body = Map(entry.place.line) if entry.body is None else entry.body
    if not isinstance(body, Map):
        reading.wrong(
            f"it must be a map with fields such as `{section.fields.fields[0].name}`, not "
            f"{display_text(body)}.",
            entry.place.line,
        )
        return None
    before = len(reading.problems)
    values = section.fields.read(body, reading)
    section.check(values, body, reading)
    return section.make(key=key, **{"name": key, **values}) if len(reading.problems) == before else None


def _by_place(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0))


def _base(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _read_yaml(path: Path) -> tuple[dict[str, str], list[Problem]]:
    """Returns the text of a file, or of the YAML files of a folder and its subfolders, except hidden ones."""
    documents: dict[str, str] = {}
    problems: list[Problem] = []
    files = _yaml_files(path) if path.is_dir() else [path]
    if not files:
        problems.append(Problem(f"There is no file *.yaml or *.yml in the folder {path}."))
    for file in files:
        name = file.relative_to(_base(path)).as_posix() if path.exists() else str(path)
        try:
            documents[name] = _text(file, name)
        except ValueError as error:
            problems.append(Problem(str(error), name))
    return documents, problems


def _yaml_files(folder: Path) -> list[Path]:
    files = (file for file in folder.rglob("*") if file.suffix.lower() in YAML and file.is_file())
    return sorted(
        file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _text(file: Path, name: str) -> str:
    """Returns the text of a UTF-8 file. Raises: ValueError with the reason where it cannot be read."""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is not text in UTF-8 (byte {error.start}): save it in UTF-8.") from error
    except FileNotFoundError as error:
        raise ValueError(f"there is no file {name}.") from error
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror or error}.") from error
