"""`impactgraph audit`: who did what."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from collections.abc import Sequence

    from impactgraph.audit.entries import AuditEntry

Since = Annotated[
    str | None,
    Parameter(
        help="From this moment on: ISO 8601, or relative such as -1d [default: everything].",
        allow_leading_hyphen=True,
    ),
]


def audit(*, since: Since = None, common: Common = COMMON) -> int:
    """Prints the audit log; returns the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.audit_text import audit_rows, entry_data, print_audit
    from impactgraph.cli.output import present
    from impactgraph.cli.times import parse_moment_option

    entries = _entries(parse_moment_option("--since", since, system_clock()), common)
    present(
        common.format,
        text=lambda out: print_audit(out, entries),
        data=lambda: {"entries": [entry_data(entry) for entry in entries]},
        rows=lambda: audit_rows(entries),
    )
    return 0


def _entries(since: int | None, common: Common) -> "Sequence[AuditEntry]":
    from contextlib import closing

    from impactgraph.bootstrap import open_audit
    from impactgraph.cli.answers.remote_audit import remote_entries
    from impactgraph.errors import BadInputError, Problem

    if common.server is not None:
        return remote_entries(common.server, common, since)
    if "://" not in common.store and not Path(common.store).is_dir():
        raise BadInputError(
            Problem(f"There is no store in the folder {common.store}. Name one with --store or --server.")
        )
    with closing(open_audit(common.store)) as log:
        return list(log.entries(since))
