"""Notices as text and as rows."""

from collections.abc import Sequence

from rich.console import Console

from impactgraph.cli import formats
from impactgraph.cli.decode import has_next, key_in, moment_in, nodes_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows, table

_COLUMNS = {
    "notice": "key",
    "incident": "incident",
    "rule": "rule",
    "channel": "channel",
    "kind": "kind",
    "level": "level",
    "state": "state",
    "attempts": "attempts",
    "created_at": "createdAt",
    "at": "at",
    "retry_at": "retryAt",
    "reason": "reason",
    "text": "text",
}
"""Key of the JSON by column."""
_DUE_COLUMNS = ("notice", "incident", "rule", "channel", "kind", "level", "text")


def print_notices(out: Console, page: Json) -> None:
    """Prints a row each, the newest first, then why those were not sent that were not."""
    notices = nodes_in(page)
    if not notices:
        out.print("No notices: `serve --notices FILE` sends them (docs/notices.md).")
        return
    rows = table("created", "incident", "notice", "rule", "channel", "state", "tries", right=("tries",))
    for each in notices:
        created_at = moment_in(each["createdAt"])
        rows.add_row(
            formats.NOTHING if created_at is None else formats.day_and_time(created_at),
            key_in(each["incident"]),
            f"{formats.words(each['kind'])}, {formats.words(each['level'])}",
            each["rule"],
            each["channel"],
            formats.words(each["state"]),
            str(each["attempts"]),
        )
    out.print(rows)
    for each in notices:
        if each["reason"]:
            retry_at = moment_in(each["retryAt"])
            again = f" Tried again at {formats.day_and_time(retry_at)}." if retry_at is not None else ""
            place = f"{key_in(each['incident'])} to {each['channel']}"
            out.print(f"{place}, {formats.words(each['state'])}: {each['reason']}{again}")
    if has_next(page):
        out.print(f"{page['totalCount'] - len(notices):,} more: use --first.", style="dim")


def print_due(out: Console, notices: Sequence[Json]) -> None:
    """Prints what would be sent: channel and rule, then the text."""
    if not notices:
        out.print("Nothing would be sent now: no incident fits a rule, or its notice was sent already.")
        return
    out.print(f"{formats.count(len(notices), 'notice')} would be sent now.", style="bold")
    for each in notices:
        out.print()
        kind = formats.words(each["kind"])
        out.print(f"To {each['channel']}, by the rule {each['rule']} ({kind}):", style="bold")
        for line in each["text"].splitlines():
            out.print(f"  {line}", soft_wrap=True)


def notice_rows(page: Json) -> Rows:
    """A row for each notice."""
    return Rows(
        list(_COLUMNS), [{name: each[key] for name, key in _COLUMNS.items()} for each in nodes_in(page)]
    )


def due_rows(notices: Sequence[Json]) -> Rows:
    """A row for each notice that would be sent."""
    return Rows(_DUE_COLUMNS, [{name: each[_COLUMNS[name]] for name in _DUE_COLUMNS} for each in notices])
