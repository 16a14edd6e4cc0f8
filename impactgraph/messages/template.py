"""Texts with placeholders, plurals and choices, in the part of ICU's MessageFormat that messages need.

`{order}` is a placeholder; `{count, plural, =0 {none} one {# parcel} other {# parcels}}` chooses by CLDR's
plural rules of the language, with `#` for the number; `{arrival, select, collect {...} other {...}}` chooses
by the value, with `none` for an empty one. An apostrophe before `{`, `}` or `#` quotes up to the next one;
others are themselves.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = str | int
PluralRule: TypeAlias = Callable[[int], str]
"""The plural category of a number, such as `one` or `other`."""
OTHER, NONE = "other", "none"
_NAME = re.compile(r"\s*([a-z][a-z_0-9]*)\s*")
_KIND = re.compile(r"\s*([a-z]+)\s*")
_BRANCH = re.compile(r"\s*(=\d+|[a-z][a-z_0-9]*)\s*\{")


class TemplateError(ValueError):
    """A text that cannot be read; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """`#` in a plural: the number that it chooses by."""

    name: str


@dataclass(frozen=True)
class Choice:
    """A plural or a select: texts by category or value."""

    name: str
    is_plural: bool
    branches: Mapping[str, "Template"] = field(hash=False)


@dataclass(frozen=True)
class Template:
    parts: "tuple[str | Placeholder | Number | Choice, ...]"

    @property
    def names(self) -> frozenset[str]:
        """Of all placeholders, plurals and choices."""
        names = set[str]()
        for part in self.parts:
            if not isinstance(part, str):
                names.add(part.name)
            if isinstance(part, Choice):
                names.update(*(branch.names for branch in part.branches.values()))
        return frozenset(names)

    def choices(self) -> "tuple[Choice, ...]":
        """Those of it and of its branches."""
        own = [part for part in self.parts if isinstance(part, Choice)]
        inner = [each for part in own for branch in part.branches.values() for each in branch.choices()]
        return (*own, *inner)

    def text(self, values: Mapping[str, Value], plural: PluralRule) -> str:
        """The text with these values; numbers as they are. Raises KeyError where a value is missing."""
        return "".join(self._text(part, values, plural) for part in self.parts)

    @staticmethod
    def _text(
        part: "str | Placeholder | Number | Choice", values: Mapping[str, Value], plural: PluralRule
    ) -> str:
        if isinstance(part, str):
            return part
        value = values[part.name]
        if not isinstance(part, Choice):
            return str(value)
        branch = part.branches.get(f"={value}" if part.is_plural else str(value) or NONE)
        if branch is None and part.is_plural and isinstance(value, int):
            branch = part.branches.get(plural(value))
        return (branch or part.branches[OTHER]).text(values, plural)


def parse_template(text: str) -> Template:
    """Raises TemplateError."""
    template, end = _Parser(text).template(0, None)
    if end < len(text):
        raise TemplateError("it has a `}` without a `{`")
    return template


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text

    def template(self, at: int, number: str | None) -> tuple[Template, int]:
        """The template from a place on, and where it ends: at its `}`, or the end of the text.

        `number`: the name of the plural that it is a branch of.
        """
        parts: list[str | Placeholder | Number | Choice] = []
        literal = ""
        while at < len(self.text) and self.text[at] != "}":
            character = self.text[at]
            if character == "'" and self.text[at + 1 : at + 2] in ("{", "}", "#"):
                end = self.text.find("'", at + 1)
                end = len(self.text) if end < 0 else end
                literal += self.text[at + 1 : end]
                at = end + 1
            elif character == "{" or (character == "#" and number is not None):
                parts += [literal] if literal else []
                literal = ""
                part, at = (
                    self._argument(at + 1, number) if character == "{" else (Number(number or ""), at + 1)
                )
                parts.append(part)
            else:
                literal += character
                at += 1
        return Template((*parts, literal) if literal else tuple(parts)), at

    def _argument(self, at: int, number: str | None) -> tuple[Placeholder | Choice, int]:
        name = _NAME.match(self.text, at)
        if name is None:
            raise TemplateError(f"a placeholder such as {{order}} is expected at {self._rest(at - 1)}")
        at = name.end()
        if self.text[at : at + 1] == "}":
            return Placeholder(name[1]), at + 1
        kind = _KIND.match(self.text, at + 1) if self.text[at : at + 1] == "," else None
        if (
            kind is None
            or kind[1] not in ("plural", "select")
            or self.text[kind.end() : kind.end() + 1] != ","
        ):
            raise TemplateError(f"{{{name[1]}}} is not closed, or is not `plural` or `select`")
        return self._choice(name[1], kind[1] == "plural", kind.end() + 1, number)

    def _choice(self, name: str, is_plural: bool, at: int, number: str | None) -> tuple[Choice, int]:
        branches: dict[str, Template] = {}
        while branch := _BRANCH.match(self.text, at):
            template, end = self.template(branch.end(), name if is_plural else number)
            if self.text[end : end + 1] != "}":
                raise TemplateError(f"the branch `{branch[1]}` of {{{name}}} is not closed")
            branches[branch[1]] = template
            at = end + 1
        closing = re.compile(r"\s*\}").match(self.text, at)
        if closing is None:
            raise TemplateError(f"{{{name}}} is not closed, or has a branch without braces")
        if OTHER not in branches:
            raise TemplateError(f"{{{name}}} has no branch `other`")
        return Choice(name, is_plural, branches), closing.end()

    def _rest(self, at: int) -> str:
        rest = self.text[at : at + 20]
        return repr(rest)
