"""YAML text to plain containers that keep the line of every key and item.

Built on the event stream of libyaml: the node objects of PyYAML cost several times the time and memory of the
text itself. Words follow YAML 1.2: only true and false are booleans, so `no`, `on`, `010` and `5:30` stay
text.
"""

import gc
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from impactgraph.errors import Problem

MOST_DEPTH = 100
"""Lists and maps around one another: the parser takes a time that grows with the square of it."""
MOST_REPEATED = 1_000_000
"""Maximum number of nodes that the aliases of a document may expand to: nested aliases can name billions."""


class Map(dict[str, "Node"]):
    """A map in document order; `lines` has the line of each key."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Items(list["Node"]):
    """A list; `lines` has the line of each item."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class Real(float):
    """A decimal number with its source text: where text is expected, `2.10` is not `2.1`."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> "Real":
        real = super().__new__(cls, text)
        real.text = text
        return real

    text: str


Node: TypeAlias = Map | Items | str | int | Real | bool | None


@dataclass
class Document:
    """A parsed file.

    `root` is None where it is empty or not YAML; `problems` has syntax errors and duplicate keys.
    """

    file: str
    root: Node = None
    problems: list[Problem] = field(default_factory=list[Problem])


@contextmanager
def pause_garbage_collection() -> Generator[None]:
    """Pauses the cyclic garbage collector, which would scan millions of new containers repeatedly."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def parse_document(text: str, file: str) -> Document:
    """Parses one YAML document. Errors in the text are in `problems`; nothing is raised for them."""
    builder = _Builder(Document(file))
    try:
        loader = yaml.CSafeLoader(text)
        try:
            builder.read(loader.get_event)
        finally:
            loader.dispose()
    except _StopError:
        builder.document.root = None
    except yaml.YAMLError as error:
        builder.document.root = None
        builder.document.problems.append(_syntax(error, text, file))
    return builder.document


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        context = _syntax_context(error)
        line = min(mark.line, text.rstrip().count("\n")) + 1 if mark else None
        return Problem(f"This is not YAML: {error.problem or 'it cannot be read'}{context}.", file, line)
    position = cast("int | None", getattr(error, "position", None))
    line = text.count("\n", 0, position) + 1 if position is not None else None
    return Problem(
        "This is not YAML: it holds a character that may not stand in it, such as a control character.",
        file,
        line,
    )


def _syntax_context(error: yaml.MarkedYAMLError) -> str:
    if not error.context:
        return ""
    start = f" that begins in line {error.context_mark.line + 1}" if error.context_mark else ""
    return f" ({error.context}{start})"


class _StopError(Exception):
    """Stops parsing after a problem that was recorded already."""


class _Builder:
    """Builds containers from parser events; `into` is the current container, `key` its key without a value
    yet.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.into: Map | Items | None = None
        self.key: str | None = None
        self.stack: list[tuple[Map | Items | None, str | None, str | None, int]] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        """By name: the node and the number of nodes in it."""
        self.nodes = self.aliased_nodes = self.documents = 0
        self.resolved_texts: dict[str, str | int | Real | bool | None] = {}

    def read(self, next_event: Callable[[], Any]) -> None:
        take = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open_map,
            SequenceStartEvent: self._open_list,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        while (event := next_event()) is not None:
            handler = take.get(cast("type[Any]", type(event)))
            if handler is not None:
                handler(event)

    def _problem(self, message: str, line: int) -> None:
        self.document.problems.append(Problem(message, self.document.file, line))

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self._problem(
                "A file holds one document: put what follows `---` into a file of its own.",
                event.start_mark.line + 1,
            )

    def _scalar(self, event: Any) -> None:
        line: int = event.start_mark.line + 1
        text: str = event.value
        self.nodes += 1
        if event.tag is not None:
            self._problem(f"Tags such as {event.tag} are not used here: write the plain value.", line)
        if self.key is None and type(self.into) is Map:
            self._name(text, line, plain=event.implicit[0])
            return
        value = self._resolve(text) if event.implicit[0] else text
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
        self._put(value, line)

    def _name(self, text: str, line: int, *, plain: bool) -> None:
        """Adds a key to the current map. A duplicate key is a problem; its value is dropped."""
        if plain and text == "<<":
            self._problem("Merge keys (`<<`) are not part of YAML 1.2: write the fields out.", line)
        into = cast("Map", self.into)
        if text in into.lines:
            self._problem(
                f"The key {text!r} stands twice: first at {self.document.file}:{into.lines[text]}, and here.",
                line,
            )
            text = _DROPPED
        into.lines[text] = line
        self.key = text

    def _resolve(self, text: str) -> "str | int | Real | bool | None":
        if text and text[0] not in _MAY_BE_TYPED:
            return text
        if text not in self.resolved_texts:
            self.resolved_texts[text] = _resolve_text(text)
        return self.resolved_texts[text]

    def _open_map(self, event: Any) -> None:
        self._open(Map(event.start_mark.line + 1), event)

    def _open_list(self, event: Any) -> None:
        self._open(Items(event.start_mark.line + 1), event)

    def _open(self, container: Map | Items, event: Any) -> None:
        if event.tag is not None:
            self._problem(
                f"Tags such as {event.tag} are not used here: write the plain value.", container.line
            )
        if self.key is None and type(self.into) is Map:
            self._problem("A key must be text: a list or a map cannot be one.", container.line)
            raise _StopError
        if len(self.stack) == MOST_DEPTH:
            self._problem(
                f"Lists and maps are nested more than {MOST_DEPTH} deep here, which no field needs.",
                container.line,
            )
            raise _StopError
        self.nodes += 1
        self.stack.append((self.into, self.key, event.anchor, self.nodes))
        self.into = container
        self.key = None

    def _close(self, event: Any) -> None:
        container = self.into
        self.into, self.key, anchor, before = self.stack.pop()
        if isinstance(container, Map) and _DROPPED in container.lines:
            container.pop(_DROPPED, None)
            del container.lines[_DROPPED]
        if anchor is not None:
            self.anchors[anchor] = (container, self.nodes - before + 1)
        line = container.line if container is not None else event.start_mark.line + 1
        self._put(container, line)

    def _alias(self, event: Any) -> None:
        line: int = event.start_mark.line + 1
        if event.anchor not in self.anchors:
            self._problem(f"The alias *{event.anchor} stands for nothing that ends above it.", line)
            raise _StopError
        value, size = self.anchors[event.anchor]
        self.nodes += size
        self.aliased_nodes += size
        if self.aliased_nodes > MOST_REPEATED:
            self._problem(
                f"The aliases of this document stand for more than {MOST_REPEATED:,} nodes: write what they "
                "stand for, or generate the file.",
                line,
            )
            raise _StopError
        if self.key is None and type(self.into) is Map:
            self._problem("A key must be written out: it cannot be an alias.", line)
            raise _StopError
        self._put(value, line)

    def _put(self, value: Node, line: int) -> None:
        into = self.into
        if type(into) is Map:
            into[cast("str", self.key)] = value
            self.key = None
        elif type(into) is Items:
            into.append(value)
            into.lines.append(line)
        elif self.documents == 1:
            self.document.root = value


def _resolve_text(text: str) -> "str | int | Real | bool | None":
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return Real(text) if _REAL.fullmatch(text) else text


_DROPPED = "\udfff"
"""Key of values to drop (of duplicate keys): half a surrogate pair, which YAML text cannot contain."""
_MAY_BE_TYPED = frozenset("-.0123456789tTfFnN~")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
"""Integers that str() reproduces; longer digit strings stay text."""
_REAL = re.compile(r"-?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|-?[0-9]+[eE][-+]?[0-9]+")
