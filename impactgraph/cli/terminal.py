"""Text for terminals: control characters are escaped, ids are never broken, and lines have no spaces at their
end. A table that is too wide for the terminal even so is a list.
"""

import re
from collections.abc import Iterator, Sequence
from typing import IO, Any, NoReturn, cast

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters (C0, C1), line separators, characters that change the direction of text, surrogates."""
_TRAILING_SPACES = re.compile(r" +(?=\n)")
_LONGEST_WORD = 60
"""A longer word is broken within a text of several words."""
_INDENT = "  "
_NOTHING = ("", "-")
"""Cells that a list leaves out."""
_ENDLESS = 1_000_000
"""Columns that no table needs."""


def escape(text: str) -> str:
    r"""The text with control characters as `\x1b` or `\u202e`: they could hide or rewrite what is shown."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class TextConsole(Console):
    """Escapes what it is given as text; text is never markup."""

    def __init__(self, stream: IO[str], width: int | None) -> None:
        file = stream if stream.isatty() else cast("IO[str]", _WithoutTrailingSpaces(stream))
        super().__init__(file=file, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)

    def print(self, *objects: Any, **options: Any) -> None:
        # An id that is longer than a line is wrapped by the terminal, and not cut off.
        options.setdefault("crop", False)
        super().print(*(escape(each) if isinstance(each, str) else each for each in objects), **options)

    def on_broken_pipe(self) -> NoReturn:
        """Leaves it to the command to end."""
        raise BrokenPipeError


class TextTable(Table):
    """Escapes the texts of its cells, and breaks their lines between words only: where the columns are too
    wide for the terminal, those with the longest texts are narrowed first. Where their words do not fit
    either, each row is a paragraph: the first cell, and below it the others, each after its heading.
    """

    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*(escape(each) if isinstance(each, str) else each for each in cells), **options)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        texts = [[column.header, *column.cells] for column in self.columns]
        widths = [max(map(_width, map(str, of_column))) for of_column in texts]
        least_widths = [max(map(_least_width, map(str, of_column))) for of_column in texts]
        overhead = self._set_widths(console, options, widths) - sum(widths)
        narrowed_widths = column_widths(widths, least_widths, options.max_width - overhead)
        needed_width = self._set_widths(console, options, narrowed_widths)
        if needed_width > options.max_width and len(self.columns) > 1:
            yield from self._paragraphs(options.max_width)
        else:
            yield from super().__rich_console__(console, options.update(max_width=needed_width))

    def _paragraphs(self, width: int) -> Iterator[Text]:
        """The rows as paragraphs, lines of the headings and the cells in one."""
        if self.title:
            yield Text(str(self.title), style=self.title_style or "")
        headings = [" ".join(str(column.header).split()) for column in self.columns]
        for row in zip(*(column.cells for column in self.columns), strict=True):
            cells = [" ".join(str(cell).split()) for cell in row]
            first, *others = (
                f"{heading}: {cell}" if heading and cell else cell
                for heading, cell in zip(headings, cells, strict=True)
            )
            text = "; ".join(
                each for each, cell in zip(others, cells[1:], strict=True) if cell not in _NOTHING
            )
            rest = (_INDENT + line for line in wrapped(text, width - len(_INDENT)))
            yield Text("\n".join([*wrapped(first, width), *rest]), no_wrap=True, overflow="ignore")

    def _set_widths(self, console: Console, options: ConsoleOptions, widths: Sequence[int]) -> int:
        """The width of the table with columns of these widths."""
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width
        return Measurement.get(console, options.update(max_width=_ENDLESS), self).maximum


def column_widths(widths: Sequence[int], least_widths: Sequence[int], available: int) -> list[int]:
    """Widths of columns that fit into the available columns: the widest ones are narrowed to one width, but
    none below its least width, even if the sum is more than is available then.
    """

    def narrowed_to(most: int) -> list[int]:
        pairs = zip(widths, least_widths, strict=True)
        return [max(least, min(width, most)) for width, least in pairs]

    most = max(widths, default=0)
    while most and sum(narrowed_to(most)) > available:
        most -= 1
    result = narrowed_to(most)
    rest = available - sum(result)
    for n, wider in enumerate(narrowed_to(most + 1)):
        if rest > 0 and wider > result[n]:
            result[n], rest = wider, rest - 1
    return result


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most this width, broken between words only; a longer word is a line of its own."""
    lines: list[str] = []
    for word in text.split():
        line = f"{lines[-1]} {word}" if lines else word
        if lines and cell_len(line) <= width:
            lines[-1] = line
        else:
            lines.append(word)
    return lines


def _width(text: str) -> int:
    return max(map(cell_len, text.splitlines()), default=0)


def _least_width(text: str) -> int:
    """The longest word of a text, such as an id."""
    lengths = [cell_len(word) for word in text.split()]
    return max((each for each in lengths if len(lengths) == 1 or each <= _LONGEST_WORD), default=0)


class _WithoutTrailingSpaces:
    """A stream that drops the spaces at the ends of lines, which padding leaves."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_TRAILING_SPACES.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
