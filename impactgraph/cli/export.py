"""`impactgraph export`: any list of GraphQL, complete, as CSV or NDJSON."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from api.answers import Json
    from api.lists import ExportedList
    from impactgraph.cli.answers.targets import LocalTarget

ListName = Annotated[
    str | None, Parameter(help="The list, such as orders or overdue.orders; none: names all lists.")
]
Arguments = Annotated[
    tuple[str, ...],
    Parameter(
        name="--argument",
        help="NAME=VALUE: an argument of the list in GraphQL, inputs as JSON; repeatable.",
        negative=(),
        show_default=False,
    ),
]


def export(list_name: ListName = None, /, *, argument: Arguments = (), common: Common = COMMON) -> None:
    """Writes all rows to standard output."""
    from api.lists import chosen_list, exported_lists, variables_of
    from api.schema import build_schema
    from impactgraph.cli.answers.targets import LocalTarget, RemoteTarget, find_target
    from impactgraph.cli.settings import read_settings

    lists = exported_lists(build_schema(read_settings()).core_schema)
    if list_name is None:
        _print_names(tuple(lists.values()), common)
        return
    flat_list, arguments = chosen_list(lists, list_name), _parse_arguments(argument)
    variables_of(flat_list, arguments)
    target = find_target(common)
    if isinstance(target, LocalTarget):
        _write_local(target, flat_list, arguments, is_csv=common.format != "json")
        return
    assert isinstance(target, RemoteTarget)
    form = "ndjson" if common.format == "json" else "csv"
    lines = target.client.lines("/export/list", {"of": list_name, "format": form, **arguments})
    _write(line + b"\n" for line in lines)


def _parse_arguments(texts: Sequence[str]) -> dict[str, list[str]]:
    """Values by name. Raises BadInputError for what is no NAME=VALUE."""
    from impactgraph.errors import BadInputError

    arguments: dict[str, list[str]] = {}
    problems: list[str] = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            problems.append(f"--argument is {text!r}; give NAME=VALUE, such as asOf=2026-03-02T09:00:00Z.")
        arguments.setdefault(name.strip(), []).append(value)
    if problems:
        raise BadInputError(*problems)
    return arguments


def _print_names(lists: "Sequence[ExportedList]", common: Common) -> None:
    from impactgraph.cli.output import Rows, present, table

    rows = [
        {"list": each.name, "arguments": ", ".join(each.arguments), "columns": len(each.columns)}
        for each in lists
    ]

    def print_table(out: "Console") -> None:
        lines = table("list", "columns", "arguments", right=("columns",))
        for row in rows:
            lines.add_row(*(str(row[name]) for name in ("list", "columns", "arguments")))
        out.print(lines)

    present(
        common.format,
        text=print_table,
        data=lambda: rows,
        rows=lambda: Rows(("list", "columns", "arguments"), rows),
    )


def _write_local(
    target: "LocalTarget", flat_list: "ExportedList", arguments: dict[str, list[str]], *, is_csv: bool
) -> None:
    import anyio

    from api.answers import StoreAnswers
    from api.export import csv_block, ndjson_block
    from api.lists import at_one_moment, row_blocks, variables_of
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.settings import read_settings
    from impactgraph.cli.stores import existing_store

    variables = at_one_moment(flat_list, variables_of(flat_list, arguments), target.now)
    names = [column.name for column in flat_list.columns]

    async def ask(document: str, page: "Json") -> "Json":
        return await answers.ask(None, document, page)

    async def write() -> None:
        is_first = True
        async for rows in row_blocks(ask, flat_list, variables):
            _write([csv_block(rows, names, has_header=is_first) if is_csv else ndjson_block(rows)])
            is_first = False

    with existing_store(target.store) as store:
        answers = StoreAnswers(store, read_settings(), system_clock)
        anyio.run(write)


def _write(blocks: Iterable[bytes]) -> None:
    from impactgraph.cli.streams import prepare_for_data

    prepare_for_data()
    for block in blocks:
        sys.stdout.write(block.decode())
