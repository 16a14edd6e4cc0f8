"""Changes in the audit log that no request makes: of commands, keys and schedules."""

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from graph_models.access import LOCAL, Principal
from graph_models.time import Millis
from impactgraph.errors import ImpactGraphError, StoreUnavailableError
from impactgraph.usecases.access import AuditLog, NoAudit
from impactgraph.usecases.audit import BEGUN, DONE, Invocation

INTERRUPTED = "interrupted"
"""Outcome of a change that something else than an error of its own ended, such as Ctrl+C."""
log = structlog.get_logger("impactgraph.audit")


@dataclass
class RecordedChange:
    """A change that is under way: what its second entry will say."""

    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    """Those of the first entry; counts of what was changed may be added."""
    outcome: str = DONE


class Recording(Protocol):
    """Records changes in the name of somebody."""

    def change(self, operation: str, arguments: Mapping[str, Any]) -> AbstractContextManager[RecordedChange]:
        """Records a change before and after the block, which is not entered where this fails.

        Raises StoreUnavailableError.
        """
        ...


@dataclass(frozen=True)
class Recorder:
    """Implements `Recording` over an open log."""

    audit: AuditLog
    by: Principal
    now: Callable[[], Millis]

    @contextmanager
    def change(self, operation: str, arguments: Mapping[str, Any]) -> Generator[RecordedChange]:
        invocation = Invocation(self.by, operation, arguments)
        (begun,) = self.audit.append([invocation.event(self.now(), BEGUN)])
        change = RecordedChange(dict(arguments))
        try:
            yield change
        except ImpactGraphError as error:
            change.outcome = error.code
            raise
        except BaseException:
            change.outcome = INTERRUPTED
            raise
        finally:
            self._end(Invocation(self.by, operation, change.arguments), change.outcome, begun.number)

    def _end(self, invocation: Invocation, outcome: str, begun: int) -> None:
        """That this fails is logged: the change has been made, and its entry says that it began."""
        try:
            self.audit.append([invocation.event(self.now(), outcome, begun)])
        except StoreUnavailableError as error:
            log.error("an outcome is not in the audit log", operation=invocation.operation, reason=str(error))


UNRECORDED: Recording = Recorder(NoAudit(), LOCAL, lambda: 0)
"""For stores that have no audit log, as in tests."""
