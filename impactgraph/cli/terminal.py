"""Text for terminals: control characters are escaped, and lines have no spaces at their end."""

import re
from typing import IO, Any, NoReturn, cast

from rich.console import Console
from rich.table import Table

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters (C0, C1), line separators, characters that change the direction of text, surrogates."""
_TRAILING_SPACES = re.compile(r" +(?=\n)")


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
        super().print(*(escape(each) if isinstance(each, str) else each for each in objects), **options)

    def on_broken_pipe(self) -> NoReturn:
        """Leaves it to the command to end."""
        raise BrokenPipeError


class TextTable(Table):
    """Escapes the texts of its cells."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*(escape(each) if isinstance(each, str) else each for each in cells), **options)


class _WithoutTrailingSpaces:
    """A stream that drops the spaces at the ends of lines, which padding leaves."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_TRAILING_SPACES.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
