"""Expressions of a mapping: JMESPath, compiled once, and text with expressions in braces.

What most mappings write, paths and comparisons with constants, is compiled to functions that cost a tenth of
the interpreter of the library and give the same values.
"""

import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeAlias, cast

import jmespath
import msgspec
from jmespath import exceptions, functions
from jmespath.visitor import TreeInterpreter

Notes: TypeAlias = list[str]
"""Sentences on what went wrong with single values of a record, which is taken nevertheless."""
Evaluate: TypeAlias = Callable[[Any], Any]
AsText: TypeAlias = Callable[[Any, Notes], str | None]
"""From a value to its text; None where it has none."""
Tree: TypeAlias = dict[str, Any]
"""A node of a parsed expression, as the library makes it."""

_FAILURES = (
    exceptions.JMESPathError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
)
"""What the library raises on account of the values that it is given."""


class _Functions(functions.Functions):
    """The functions of JMESPath, and ours."""

    @functions.signature({"types": ["string", "number", "null"]})
    def _func_without_zeros(self, value: Any) -> Any:
        """A number without the zeros before it, as SAP shows its numbers; any other text as it is."""
        text = text_of(value)
        return text if text is None or not _DIGITS.fullmatch(text) else text.lstrip("0") or "0"


_DIGITS = re.compile("[0-9]+")
_INTERPRETER = TreeInterpreter(jmespath.Options(custom_functions=_Functions()))
_QUOTES = "'\"`"
_LONGEST_SHOWN = 200


class Expression:
    """A compiled expression."""

    __slots__ = ("_evaluate", "names", "path", "record_names", "text")

    def __init__(self, text: str) -> None:
        """Raises ValueError with what is wrong."""
        try:
            tree = cast("Tree", jmespath.compile(text).parsed)
        except (exceptions.JMESPathError, ValueError, RecursionError) as error:
            raise ValueError(_syntax(error)) from None
        self.text = text
        paths = list(_root_paths(tree))
        self.names = frozenset(path[0] for path in paths)
        """Fields of the value itself that it reads."""
        self.record_names = frozenset(path[1] for path in paths if path[0] == "record" and len(path) > 1)
        """Fields that it reads of the field `record`."""
        self.path = tuple(_path(tree) or ())
        """Its names where it is a plain path such as `a.b`, else empty."""
        self._evaluate = _compiled(tree)

    def value(self, context: Any, notes: Notes) -> Any:
        """What the expression finds; None, and a note, where it cannot be computed."""
        try:
            return self._evaluate(context)
        except _FAILURES as error:
            reason = " ".join(str(error).split())[:_LONGEST_SHOWN]
            notes.append(f"the expression `{self.text}` cannot be computed: {reason}.")
            return None


def _syntax(error: Exception) -> str:
    if isinstance(error, exceptions.EmptyExpressionError):
        return "it is empty"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0].strip().rstrip(":.") if lines else "it cannot be read"


def is_true(value: Any) -> bool:
    """Whether a value counts as true in JMESPath: not null, false, an empty text, list or object."""
    return not (value is None or value is False or value == "" or value == [] or value == {})


def _compiled(tree: Tree) -> Evaluate:
    return _fast(tree) or (lambda value: _INTERPRETER.visit(cast("Any", tree), value))


def _fast(tree: Tree) -> Evaluate | None:
    """A function that gives what the interpreter gives; None for kinds of nodes that only that knows."""
    if (path := _path(tree)) is not None:
        return _path_reader(path)
    match tree["type"]:
        case "literal":
            constant = tree["value"]
            return lambda _: constant
        case "comparator" if tree["value"] in ("eq", "ne"):
            return _comparison(tree)
        case "and_expression" | "or_expression":
            return _junction(tree, stops_at=tree["type"] == "or_expression")
        case _:
            return None


def _path(tree: Tree) -> list[str] | None:
    """The names of a plain path such as `a.b`; None for other expressions."""
    if tree["type"] == "field":
        return [tree["value"]]
    if tree["type"] != "subexpression":
        return None
    names: list[str] = []
    for child in tree["children"]:
        inner = _path(child)
        if inner is None:
            return None
        names += inner
    return names


def _path_reader(path: list[str]) -> Evaluate:
    first, *rest = path

    def read_field(value: Any) -> Any:
        try:
            return value.get(first)
        except AttributeError:
            return None

    def read_path(value: Any) -> Any:
        for name in path:
            try:
                value = value.get(name)
            except AttributeError:
                return None
        return value

    return read_path if rest else read_field


def _comparison(tree: Tree) -> Evaluate | None:
    """Of a path with a constant text: numbers and truth values have rules of their own."""
    first, right = (_fast(child) for child in tree["children"])
    texts = [child["value"] for child in tree["children"] if child["type"] == "literal"]
    if first is None or right is None or len(texts) != 1 or not isinstance(texts[0], str):
        return None
    if tree["value"] == "eq":
        return lambda value: first(value) == right(value)
    return lambda value: first(value) != right(value)


def _junction(tree: Tree, *, stops_at: bool) -> Evaluate | None:
    first, right = (_compiled(child) for child in tree["children"])

    def evaluate(value: Any) -> Any:
        result = first(value)
        return result if is_true(result) is stops_at else right(value)

    return evaluate


_SAME_VALUE = (
    "comparator",
    "and_expression",
    "or_expression",
    "not_expression",
    "function_expression",
    "multi_select_list",
    "multi_select_dict",
    "key_val_pair",
    "flatten",
)
"""Kinds of nodes whose children all read the same value; of the others only the first child does."""


def _root_paths(tree: Tree) -> Iterator[list[str]]:
    """Paths that begin at the value itself."""
    path = _path(tree)
    if path is not None:
        yield path
        return
    children = cast("list[Any]", tree["children"]) if tree["type"] != "slice" else []
    if tree["type"] == "subexpression" and (path := _start_of_path(tree)):
        yield path
        return
    for child in children if tree["type"] in _SAME_VALUE else children[:1]:
        if isinstance(child, dict):
            yield from _root_paths(cast("Tree", child))


def _start_of_path(tree: Tree) -> list[str]:
    """The names with which a path begins that goes on as something else."""
    names: list[str] = []
    for child in tree["children"]:
        path = _path(child)
        if path is None:
            return names + (_start_of_path(child) if not names and child["type"] == "subexpression" else [])
        names += path
    return names


class Template:
    """Text with expressions in braces, such as `{order}/{line}`; without any it is a constant.

    A brace that is text stands twice.
    """

    __slots__ = ("expressions", "parts", "text")

    def __init__(self, text: str) -> None:
        """Raises ValueError with what is wrong."""
        self.text = text
        self.parts = tuple(_parts(text))
        self.expressions = tuple(part for part in self.parts if isinstance(part, Expression))

    @property
    def constant(self) -> str | None:
        """The text where it has no expression."""
        return None if self.expressions else "".join(map(str, self.parts))

    def value(self, context: Any, notes: Notes, as_text: "AsText | None" = None) -> Any:
        """The value of a single expression as it is, else the text; None where an expression has no value.

        `as_text` makes the text of each value; None: `text_of`.
        """
        parts = self.parts
        if len(parts) == 1:
            part = parts[0]
            return part if isinstance(part, str) else part.value(context, notes)
        texts: list[str] = []
        for part in parts:
            if isinstance(part, str):
                text = part
            else:
                found = part.value(context, notes)
                text = text_of(found) if as_text is None else as_text(found, notes)
            if text is None:
                return None
            texts.append(text)
        return "".join(texts) or None


def _parts(text: str) -> Iterator[str | Expression]:
    literal = ""
    at = 0
    while at < len(text):
        if text[at] in "{}" and text[at : at + 2] == text[at] * 2:
            literal += text[at]
            at += 2
        elif text[at] == "{":
            end = _end_of_braces(text, at)
            if literal:
                yield literal
                literal = ""
            yield _expression(text[at + 1 : end])
            at = end + 1
        elif text[at] == "}":
            raise ValueError("a } has no { before it (a brace that is text stands twice)")
        else:
            literal += text[at]
            at += 1
    if literal:
        yield literal


def _expression(text: str) -> Expression:
    try:
        return Expression(text.strip())
    except ValueError as error:
        raise ValueError(f"{{{text}}} is no expression: {error}") from None


def _end_of_braces(text: str, start: int) -> int:
    """Index of the brace that closes the one at `start`, over quoted text and inner braces."""
    depth = 0
    quote = ""
    at = start
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in _QUOTES:
            quote = letter
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if not depth:
                return at
        at += 1
    raise ValueError("a { is not closed")


_LARGEST_WHOLE = 2**53
"""Whole numbers below are exact in every program."""


def text_of(value: Any) -> str | None:
    """A value as text, without spaces around it; None for null and empty text. Objects are JSON."""
    if type(value) is str:
        return value.strip() or None
    if value is None:
        return None
    if isinstance(value, str):
        return str(value).strip() or None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip() or None
    if isinstance(value, bool | list | dict):
        return _json_text(value)
    if isinstance(value, float | Decimal) and _is_whole(value):
        return str(int(value))  # 1001.0 is the 1001 of another document: programs write both
    return str(value)


def _is_whole(value: float | Decimal) -> bool:
    return math.isfinite(value) and abs(value) < _LARGEST_WHOLE and value == int(value)


def _json_text(value: Any) -> str | None:
    try:
        return msgspec.json.encode(value, enc_hook=str).decode()
    except (TypeError, ValueError, RecursionError):
        return None
