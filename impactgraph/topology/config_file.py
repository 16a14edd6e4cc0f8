"""Files of configuration: read as topologies are, with lines, and all problems at once."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impactgraph.errors import BadInputError, Problem
from impactgraph.topology.document import Map, parse_document
from impactgraph.topology.fields import Fields, JsonSchema, Reading
from impactgraph.topology.references import KeyIndex
from impactgraph.topology.schema import duration_schema


@dataclass(frozen=True, slots=True)
class Content:
    """What such a file says, and where problems of it are noted."""

    root: Map
    values: dict[str, Any]
    reading: Reading


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One kind of such files."""

    title: str
    """Of its JSON Schema."""
    about: str
    name: str
    """How errors call it: `The access file`."""
    must_be: str
    """What it has to be, with the page that says more."""
    fields: Fields

    def text_of(self, path: Path) -> str:
        """Raises BadInputError where it cannot be read."""
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            reason = f"It is not text in UTF-8 (byte {error.start}): save it in UTF-8."
            raise BadInputError(Problem(reason, str(path))) from error
        except OSError as error:
            reason = error.strerror or error
            raise BadInputError(Problem(f"{self.name} cannot be read: {reason}.", str(path))) from error

    @contextmanager
    def content(self, text: str, file: str) -> Generator[Content]:
        """What the text says; the context may note further problems.

        Raises BadInputError with all problems, each with its line: at once where it is no map, else when the
        context ends.
        """
        document = parse_document(text, file)
        reading = Reading(KeyIndex(), file=file, problems=document.problems)
        if not isinstance(document.root, Map):
            if not document.problems:
                reading.wrong(self.must_be, 1)
            raise BadInputError(*reading.problems)
        yield Content(document.root, self.fields.read(document.root, reading), reading)
        if reading.problems:
            raise BadInputError(*sorted(reading.problems, key=lambda problem: problem.line or 0))

    def values_of(self, text: str, file: str) -> dict[str, Any]:
        """What the text says, where nothing else is to be checked. Raises BadInputError as `content`."""
        with self.content(text, file) as content:
            return content.values

    def schema(self) -> JsonSchema:
        """The format as a JSON Schema (2020-12) for editors."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.title,
            "description": self.about,
            **self.fields.schema(),
            "$defs": {"duration": duration_schema()},
        }
