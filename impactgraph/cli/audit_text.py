"""The audit log as text and as data."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from impactgraph.audit.chain import line_of
from impactgraph.audit.entries import AuditEntry, iso
from impactgraph.cli.output import Rows, table
from impactgraph.usecases.audit import AuditedChange, audited_changes

if TYPE_CHECKING:
    from rich.console import Console

COLUMNS = ("at", "name", "subject", "address", "operation", "arguments", "outcome")


def entry_data(entry: AuditEntry) -> dict[str, Any]:
    """As it was written."""
    return json.loads(line_of(entry))


def audit_rows(entries: Sequence[AuditEntry]) -> Rows:
    return Rows(COLUMNS, [_row(change) for change in audited_changes(entries)])


def print_audit(out: "Console", entries: Sequence[AuditEntry]) -> None:
    if not entries:
        out.print("No entries.")
        return
    lines = table("when (UTC)", "who", "from", "what", "with", "outcome")
    for row in map(_row, audited_changes(entries)):
        who = row["name"] if row["name"] == row["subject"] else f"{row['name']} ({row['subject']})"
        lines.add_row(
            row["at"], who, row["address"] or "here", row["operation"], row["arguments"], row["outcome"]
        )
    out.print(lines)


def _row(change: AuditedChange) -> dict[str, str]:
    event = change.entry.event
    return {
        "at": iso(event.at),
        "name": event.name,
        "subject": event.subject,
        "address": event.address,
        "operation": event.operation,
        "arguments": json.dumps(event.arguments, ensure_ascii=False),
        "outcome": change.outcome,
    }
