"""The audit log, as those who write to it and read it see it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph_models.access import Principal
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.audit.chain import line_of
from impactgraph.audit.entries import BEGUN, DONE, UNKNOWN, AuditEntry, AuditEvent, event_of
from impactgraph.usecases.access import AuditLog
from impactgraph.usecases.pages import Key, page

__all__ = ["BEGUN", "DONE", "AuditEntry", "AuditEvent", "line_of"]
ASKED = "asked"
"""Outcome of a question that was permitted."""
REFUSED = "refused"
"""Outcome of a change whose answer lists problems: nothing was changed."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What somebody does, before its outcome is known."""

    principal: Principal
    operation: str
    arguments: Mapping[str, Any]
    address: str = ""

    def event(self, at: Millis, outcome: str, of: int | None = None) -> AuditEvent:
        made = event_of(self.principal, at, self.operation, self.arguments, self.address)
        return replace(made, outcome=outcome, of=of)


@dataclass(frozen=True, slots=True)
class AuditedChange:
    """An entry with its outcome: of a change, the two entries about it as one."""

    entry: AuditEntry
    outcome: str


def page_of_changes(
    log: AuditLog, since: Millis | None, first: int | None, after: str | None
) -> Page[AuditedChange]:
    """A page of what was done, newest first. Raises BadInputError, StoreUnavailableError."""
    changes = sorted(audited_changes(list(log.entries(since))), key=_newest_first)
    return page(changes, _newest_first, first=first, after=after)


def _newest_first(change: AuditedChange) -> Key:
    return -change.entry.event.at, -change.entry.number, change.entry.writer


def audited_changes(entries: Sequence[AuditEntry]) -> Iterator[AuditedChange]:
    """What was done, in the order in which it began.

    A change without an outcome is `unknown`: its process ended, or it is not done yet. Arguments are those
    of its last entry, which may count what was changed.
    """
    ends = {(entry.writer, entry.event.of): entry.event for entry in entries if entry.event.of is not None}
    begun = {(entry.writer, entry.number) for entry in entries if entry.event.outcome == BEGUN}
    for entry in entries:
        if (entry.writer, entry.event.of) in begun:
            continue
        if entry.event.outcome == BEGUN:
            end = ends.get((entry.writer, entry.number), replace(entry.event, outcome=UNKNOWN))
            with_arguments = replace(entry, event=replace(entry.event, arguments=end.arguments))
            yield AuditedChange(with_arguments, end.outcome)
        else:
            yield AuditedChange(entry, entry.event.outcome)
