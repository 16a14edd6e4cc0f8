"""Standard output and standard error: tables for people, JSON and CSV for programs, errors."""

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graph_models.zones import UTC
from impactgraph.cli.decode import has_next
from impactgraph.cli.options import Form

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from graph_models.time import Millis
    from impactgraph.errors import Problem

WIDTH = 150
"""Columns where the output is not a terminal."""


@dataclass(frozen=True)
class Rows:
    """A table for programs: every row has these columns, None is written as an empty cell."""

    columns: Sequence[str]
    rows: Iterable[Mapping[str, object]] = field(default_factory=tuple[Mapping[str, object], ...])


def console(*, error: bool = False) -> "Console":
    """A console on standard output or standard error, without markup or highlighting."""
    import os

    from impactgraph.cli.terminal import TextConsole

    stream = sys.stderr if error else sys.stdout
    return TextConsole(stream, None if stream.isatty() or "COLUMNS" in os.environ else WIDTH)


def table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> "Table":
    """An empty table; the columns in `right` are aligned to the right."""
    from rich import box

    from impactgraph.cli.terminal import TextTable

    empty = TextTable(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        empty.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return empty


def present(
    form: Form,
    *,
    text: "Callable[[Console], None]",
    data: Callable[[], object],
    rows: Callable[[], Rows],
    timezone: str = UTC,
) -> None:
    """Writes one answer in the requested form; only that form is computed. `timezone`: of times in text."""
    if form == "json":
        write_json(data())
    elif form == "csv":
        write_csv(rows())
    else:
        from impactgraph.cli.formats import times_in

        with times_in(timezone):
            text(console())


def print_headline(out: "Console", sentence: str, at: "Millis", *, basis: str = "") -> None:
    """Prints the first sentence of an answer, the moment that it is for, and `basis`: what it is based on."""
    from impactgraph.cli import formats

    out.print(sentence, style="bold")
    out.print(f"As of {formats.dated(at)}{basis}. {formats.zone_note()}", style="dim")


def print_heading(out: "Console", text: str) -> None:
    """Prints an empty line and the heading of a section."""
    out.print()
    out.print(text, style="bold")


def print_lines(out: "Console", lines: Iterable[str], indent: int = 2, *, style: str | None = None) -> None:
    """Prints each line with an indent that wrapped lines keep."""
    from rich.padding import Padding

    from impactgraph.cli.terminal import escape

    for line in lines:
        out.print(Padding(escape(line), (0, 0, 0, indent), expand=False), style=style)


def print_hanging(out: "Console", head: str, text: str) -> None:
    """Prints a text behind its head; wrapped lines begin where the text does."""
    from impactgraph.cli.terminal import TextTable

    lines = TextTable.grid()
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    lines.add_row(head, text)
    out.print(lines)


def print_rest(out: "Console", page: Mapping[str, Any], *, has_csv: bool = True) -> None:
    """How many items of a list follow a page, and the options that print them; nothing after the last page.

    `has_csv`: whether the command writes all of them as CSV.
    """
    if has_next(page):
        rest = page["totalCount"] - len(page["edges"])
        out.print(
            f"{rest:,} more: --first N" + (", or --format csv for all." if has_csv else "."), style="dim"
        )


def write_json(data: object) -> None:
    """Writes indented JSON in UTF-8 to standard output."""
    import orjson

    from impactgraph.cli.streams import prepare_for_data

    prepare_for_data()
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    sys.stdout.write(text.decode())


def write_csv(rows: Rows) -> None:
    """Writes rows with a header in UTF-8 to standard output."""
    from impactgraph.cli.streams import prepare_for_data

    prepare_for_data()
    writer = csv.DictWriter(sys.stdout, list(rows.columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_csv_row(row) for row in rows.rows)


def _csv_row(row: Mapping[str, object]) -> dict[str, Any]:
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()}


def print_error(message: str, *, note: str = "") -> None:
    """Prints one error on standard error, and a note below it."""
    out = console(error=True)
    out.print(message, soft_wrap=True)
    if note:
        out.print(note, soft_wrap=True)


def print_problems(kind: str, problems: "Iterable[Problem]") -> None:
    """Prints each as `file:line: kind: message`, as compilers do, so that editors can jump there."""
    for problem in problems:
        place = ":".join(str(part) for part in (problem.file, problem.line) if part is not None)
        print_error(f"{place}: {kind}: {problem.message}" if place else f"{kind}: {problem.message}")
