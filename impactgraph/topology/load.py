"""A topology from its documents: a file, a folder, or texts by name. All problems are told at once; nothing of a faulty one is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_models.topology import Element, Topology
from impactgraph.errors import BadInputError, Problem
from impactgraph.topology.document import Document, Map, collector_paused, parse_document
from impactgraph.topology.fields import Reading, shown
from impactgraph.topology.format import SECTIONS, Section
from impactgraph.topology.gather import LOCATIONS_CSV, Entry, Gathered, gather, known_keys

YAML = (".yaml", ".yml")
EMPTY = "There is nothing in it: a topology needs at least one section, such as `systems`."


@dataclass(frozen=True)
class Checked:
    """What came of reading. `topology` is None where there are errors; `documents` is every text that was read, by name."""

    topology: Topology | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    documents: Mapping[str, str]

    def required(self) -> Topology:
        """Raises BadInputError with every error."""
        if self.topology is None:
            raise BadInputError(*self.errors)
        return self.topology


def load_topology(path: Path) -> Topology:
    """The topology of a YAML file, or of all YAML files of a folder. Raises BadInputError with every problem."""
    return check_path(path).required()


def parse_topology(documents: Mapping[str, str], *, base: Path | None = None) -> Topology:
    """The topology of texts by file name. Raises BadInputError with every problem.

    A CSV that a document names is looked for among the documents, then under `base`; with neither, naming one is a problem.
    """
    return check_documents(documents, base=base).required()


def check_topology(path: Path) -> tuple[Topology | None, list[Problem], list[Problem]]:
    """(topology or None, errors, warnings) of a file or folder; raises nothing for what is in them."""
    checked = check_path(path)
    return checked.topology, list(checked.errors), list(checked.warnings)


def read_documents(path: Path) -> dict[str, str]:
    """Text by name (relative to the folder) of the YAML files and of the CSVs they name: all that is needed to read it again.

    Raises BadInputError where a file cannot be read.
    """
    documents, problems = _read_yaml(path)
    if any(LOCATIONS_CSV in text for text in documents.values()):
        checked = check_documents(documents, base=_base(path))
        documents = dict(checked.documents)
        problems += [
            problem for problem in checked.errors if problem.message.startswith(f"`{LOCATIONS_CSV}`")
        ]
    if problems:
        raise BadInputError(*problems)
    return documents


def check_path(path: Path) -> Checked:
    """Reads a file or folder; `documents` of the answer are to be stored with the version."""
    documents, problems = _read_yaml(path)
    if problems:
        return Checked(None, tuple(problems), (), documents)
    return check_documents(documents, base=_base(path))


def check_documents(documents: Mapping[str, str], *, base: Path | None = None) -> Checked:
    """As parse_topology, with the problems and warnings in the answer."""

    def table(name: str) -> str:
        if name in documents:
            return documents[name]
        if base is None:
            raise ValueError(
                f"the text of {name} was not given: send it too, or write the locations under `locations`."
            )
        return _text(base / name, name)

    with collector_paused():
        parsed = [
            parse_document(text, name)
            for name, text in documents.items()
            if not name.lower().endswith(".csv")
        ]
        gathered = gather(parsed, table)
        topology, errors, warnings = _build(gathered, parsed)
    return Checked(
        None if errors else topology,
        tuple(_sorted(errors)),
        tuple(_sorted(warnings)),
        {**documents, **gathered.tables},
    )


def _build(gathered: Gathered, parsed: list[Document]) -> tuple[Topology, list[Problem], list[Problem]]:
    problems = gathered.problems
    known = known_keys(gathered)
    if any(document.root is None and document.problems for document in parsed):
        return (
            Topology(),
            problems,
            [],
        )  # with a file unread, every reference to what it holds would be a false alarm
    if not problems and not any(gathered.sections.values()):
        problems.append(Problem(EMPTY, parsed[0].file if parsed else None))
    reading = Reading(known, problems=problems)
    sections: dict[str, Any] = {
        section.name: _elements(section, gathered.sections[section.name], reading) for section in SECTIONS
    }
    return Topology(**sections), problems, reading.warnings


def _elements(section: Section, entries: Mapping[str, Entry], reading: Reading) -> dict[str, Any]:
    made: dict[str, Element] = {}
    for key, entry in entries.items():
        element = _element(section, key, entry, reading)
        if element is not None:
            made[key] = element
    return made


def _element(section: Section, key: str, entry: Entry, reading: Reading) -> Element | None:
    reading.file, reading.here, reading.workflow = entry.place.file, f"{section.kind}:{key}", key
    body = Map(entry.place.line) if entry.body is None else entry.body
    if not isinstance(body, Map):
        reading.wrong(
            f"it must be a map with fields such as `{section.fields.fields[0].name}`, not {shown(body)}.",
            entry.place.line,
        )
        return None
    before = len(reading.problems)
    values = section.fields.read(body, reading)
    section.check(values, body, reading)
    return section.make(key=key, **{"name": key, **values}) if len(reading.problems) == before else None


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0))


def _base(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _read_yaml(path: Path) -> tuple[dict[str, str], list[Problem]]:
    """Texts of a file, or of the YAML files of a folder and its folders; hidden ones are left out."""
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
    found = (file for file in folder.rglob("*") if file.suffix.lower() in YAML and file.is_file())
    return sorted(
        file for file in found if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _text(file: Path, name: str) -> str:
    """The text of a file in UTF-8. Raises ValueError that says why it cannot be had."""
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is not text in UTF-8 (byte {error.start}): save it in UTF-8.") from error
    except FileNotFoundError as error:
        raise ValueError(f"there is no file {name}.") from error
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror or error}.") from error
