"""`impactgraph forget`: removes an order, or a value of an attribute, for good, and proves it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.ports.removal import ForgetResult

Orders = Annotated[
    tuple[str, ...],
    Parameter(name="--order", help="An order to forget; may be repeated.", negative=(), show_default=False),
]
Attributes = Annotated[
    tuple[str, ...],
    Parameter(
        name="--attribute",
        help="An attribute of orders with its value, such as customer-email=jane@example.com: it is removed "
        "from all orders that have it, and from every text; may be repeated.",
        negative=(),
        show_default=False,
    ),
]
Also = Annotated[
    tuple[str, ...],
    Parameter(
        name="--also",
        help="Name of an attribute that is removed from the same orders, such as customer-name; may be "
        "repeated.",
        negative=(),
        show_default=False,
    ),
]
Backups = Annotated[
    Path | None,
    Parameter(
        name="--backup",
        help="Folder of backups: a backup is made there at once, which removes it from the earlier ones.",
    ),
]
Yes = Annotated[bool, Parameter(help="Remove without asking for confirmation.", negative=())]


def forget(
    *,
    order: Orders = (),
    attribute: Attributes = (),
    also: Also = (),
    backup: Backups = None,
    yes: Yes = False,
    common: Common = COMMON,
) -> int:
    """Removes it; returns the exit status: 0 nothing of it was found afterwards, 1 something was."""
    from impactgraph.bootstrap import backup_cleaner
    from impactgraph.cli.administration import open_administration
    from impactgraph.cli.output import Rows, present
    from impactgraph.usecases.back_up import back_up
    from impactgraph.usecases.forget import read_request

    request = read_request(order, attribute, also)
    if not yes and not _confirm(len(request.orders) + len(request.attributes)):
        return 1
    with open_administration(common) as administration:
        result = administration.forget(request)
        backup_result = None if backup is None else back_up(administration.backup, backup, backup_cleaner)
    data = _data(result) | {"cleanedBackupParts": None if backup_result is None else backup_result.cleaned}
    places = [{"place": each.name, "occurrences": each.occurrences} for each in result.search.places]
    present(
        common.format,
        text=lambda out: _print(out, result, None if backup_result is None else backup_result.cleaned),
        data=lambda: data | {"places": places},
        rows=lambda: Rows(tuple(data), [data]),
    )
    return 1 if result.search.occurrences else 0


def _confirm(subjects: int) -> bool:
    import sys

    from impactgraph.cli.output import print_error

    if not sys.stdin.isatty():
        print_error("This cannot be undone: confirm it with --yes. Nothing was removed.")
        return False
    answer = input(f"Remove {subjects} of them for good? This cannot be undone. [y/N] ")
    return answer.strip().lower() in ("y", "yes")


def _data(result: "ForgetResult") -> dict[str, object]:
    return {
        "orders": result.orders,
        "editedOrders": result.edited_orders,
        "events": result.events,
        "quarantined": result.entries,
        "texts": result.texts,
        "searched": result.search.files,
        "searchedBytes": result.search.bytes,
        "occurrences": result.search.occurrences,
    }


def _print(out: "Console", result: "ForgetResult", cleaned_parts: int | None) -> None:
    from impactgraph.cli.formats import count

    out.print(
        f"Removed: {count(result.orders, 'order')} with {count(result.events, 'event')}, attributes of "
        f"{count(result.edited_orders, 'order')}, {result.entries:,} quarantined, and its "
        f"mentions in {count(result.texts, 'other text')}."
    )
    search = result.search
    out.print(
        f"Searched: {count(search.occurrences, 'occurrence')} in {search.files:,} files, tables, blocks and "
        f"nodes ({search.bytes:,} bytes)."
    )
    for place in search.places:
        out.print(f"  {place.occurrences:,} in {place.name}")
    if cleaned_parts is not None:
        out.print(f"It was removed from {count(cleaned_parts, 'part')} of earlier backups.")
    else:
        out.print("Backups: the next `impactgraph backup` into a folder removes it from all backups there.")
