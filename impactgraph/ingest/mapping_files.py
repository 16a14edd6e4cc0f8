"""Mapping files of every version: read with lines, and all problems at once."""

from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.expressions import Expression
from impactgraph.ingest.mapping import Mapping
from impactgraph.ingest.mapping_format import read_version_1
from impactgraph.ingest.record_mapper import RecordMapper
from impactgraph.ingest.rule_mapper import RuleMapper
from impactgraph.ingest.rules import Basis, RuleMapping
from impactgraph.ingest.rules_format import FORMAT
from impactgraph.ingest.text_files import UndecodableError, read_text
from impactgraph.topology.document import Map, parse_document
from impactgraph.topology.fields import Reading
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import KeyIndex

AnyMapping: TypeAlias = Mapping | RuleMapping
VERSIONS = (1, 2)
PRESET = "preset:"
_PRESETS = Path(__file__).parents[1] / "presets"


def load_mapping(path: Path) -> AnyMapping:
    """A mapping file, or a preset (`preset:NAME`).

    Raises BadInputError with the file, the lines and what is wrong in it, or the presets that there are.
    """
    if str(path).startswith(PRESET):
        path = _preset(str(path).removeprefix(PRESET))
    try:
        text = read_text(path)
    except UndecodableError as error:
        raise BadInputError(Problem(str(error), str(path), error.line)) from error
    except OSError as error:
        raise BadInputError(
            Problem(f"The mapping cannot be read: {error.strerror or error}.", str(path))
        ) from error
    return parse_mapping(text, str(path))


def load_record_mapper(path: Path) -> RecordMapper:
    """What makes events of the records of a live source, by a mapping file of version 2.

    Raises BadInputError with the file, the lines and what is wrong in it.
    """
    mapping = load_mapping(path)
    if isinstance(mapping, RuleMapping):
        return RuleMapper(mapping)
    raise BadInputError(
        Problem("A live source needs a mapping of version 2: one of version 1 reads whole files.", str(path))
    )


def parse_mapping(text: str, name: str = "mapping.yaml") -> AnyMapping:
    """Raises BadInputError with everything that is wrong, each with its line."""
    document = parse_document(text, name)
    reading = Reading(KeyIndex(), file=name, problems=document.problems)
    root = document.root
    if not isinstance(root, Map):
        if not document.problems:
            reading.wrong("It must be a map with `version`, `source` and `activities` (docs/mapping.md).", 1)
        raise BadInputError(*reading.problems)
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    version = root.get("version")
    if version is None or version == 1:
        return read_version_1(root, reading, digest)
    if version != VERSIONS[-1]:
        line = root.lines["version"]
        reading.wrong(f"`version` is {version!r}: this is read by versions 1 and 2 of the format.", line)
        raise BadInputError(*reading.problems)
    return _read_version_2(root, reading, digest)


def presets() -> dict[str, Path]:
    """The mapping files that come with impactgraph, by name."""
    return {path.stem: path for path in sorted(_PRESETS.glob("*.yaml"))}


def _preset(name: str) -> Path:
    preset_files = presets()
    if name not in preset_files:
        near = did_you_mean(name, preset_files)
        what = f"There is no preset {name!r}; there are {', '.join(preset_files)}.{near}"
        raise BadInputError(Problem(what))
    return preset_files[name]


def _read_version_2(root: Map, reading: Reading, digest: str) -> RuleMapping:
    values = FORMAT.read(root, reading)
    _stop_on_problems(reading)
    values.pop("version")
    records: Expression | None = values.pop("json", {}).get("records")
    query: str | None = values.pop("sql", {}).get("query")
    basis = Basis(**{name: values.pop(name, None) for name in ("id", "time", "order", "fulfillment")})
    mapping = RuleMapping(**values, basis=basis, records=records, query=query, digest=digest)
    if not mapping.by_activity and not mapping.rules:
        reading.wrong("It maps no record: name at least one activity or rule.", root.line)
    if mapping.by_activity and mapping.activity is None and mapping.ocel is None:
        line = root.lines.get("activities", root.line)
        reading.wrong("`activity` is missing: `activities` are chosen by it.", line)
    for place, value in mapping.all_values():
        if isinstance(value.map, str) and value.map not in mapping.maps:
            hint = did_you_mean(value.map, mapping.maps)
            reading.wrong(f"`{place}.map`: there is no {value.map!r} in `maps`.{hint}", value.line)
    _stop_on_problems(reading)
    return replace(mapping, digest=digest)


def _stop_on_problems(reading: Reading) -> None:
    if reading.problems:
        raise BadInputError(*sorted(reading.problems, key=lambda problem: problem.line or 0))
