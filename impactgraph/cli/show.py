"""What goes to standard output and standard error, for people and for programs."""

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from impactgraph.cli.options import Form

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from impactgraph.errors import Problem

WIDTH = 150
"""Columns where the output is no terminal that has its own."""


@dataclass(frozen=True)
class Rows:
    """A table for programs; every row has these columns, None is written as nothing."""

    columns: Sequence[str]
    rows: Iterable[Mapping[str, object]] = field(default_factory=tuple[Mapping[str, object], ...])


def console(*, error: bool = False) -> "Console":
    """One that prints ids as they are: no markup, no guessed colours."""
    import os

    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> "Table":
    """An empty table; the columns in `right` hold figures."""
    from rich import box
    from rich.table import Table

    made = Table(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return made


def present(
    form: Form, *, people: "Callable[[Console], None]", data: Callable[[], object], rows: Callable[[], Rows]
) -> None:
    """Writes one answer in the form that was asked for; only that form is made."""
    if form == "json":
        write_json(data())
    elif form == "csv":
        write_csv(rows())
    else:
        people(console())


def write_json(data: object) -> None:
    import orjson

    text = orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    sys.stdout.write(text.decode())


def write_csv(found: Rows) -> None:
    writer = csv.DictWriter(sys.stdout, list(found.columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_plain(row) for row in found.rows)


def _plain(row: Mapping[str, object]) -> dict[str, Any]:
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()}


def complain(message: str, *, note: str = "") -> None:
    """One thing that went wrong, on standard error; what it says has the place first."""
    out = console(error=True)
    out.print(message, soft_wrap=True)
    if note:
        out.print(note, soft_wrap=True)


def tell_problems(kind: str, problems: "Iterable[Problem]") -> None:
    """Each as `file:line: kind: message`, as compilers do, so that editors can jump there."""
    for problem in problems:
        place = ":".join(str(part) for part in (problem.file, problem.line) if part is not None)
        complain(f"{place}: {kind}: {problem.message}" if place else f"{kind}: {problem.message}")
