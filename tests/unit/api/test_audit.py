"""Changes wait for their entries in the audit log, and never for ever."""

import asyncio
from collections.abc import Sequence

import pytest

from api.audit import Auditing
from graph_models.access import LOCAL
from impactgraph.errors import StoreUnavailableError
from impactgraph.usecases.access import NoAudit
from impactgraph.usecases.audit import AuditEntry, AuditEvent, Invocation
from tests.own_loop import run_apart

INVOCATION = Invocation(LOCAL, "reportFailure", {})


class BrokenAudit(NoAudit):
    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        if self.error is not None:
            raise self.error
        return super().append(events)


@pytest.mark.parametrize("error", [StoreUnavailableError("the disk is full"), ValueError("odd")])
def test_a_change_is_refused_where_its_entry_cannot_be_written_and_the_next_one_is_made(
    error: Exception,
) -> None:
    async def run() -> None:
        audit = BrokenAudit(error)
        auditing = Auditing(audit, lambda: 0, questions=False)
        done: list[int] = []

        async def work() -> int:
            done.append(1)
            return 1

        with pytest.raises(type(error)):
            await auditing.change(INVOCATION, work)
        assert not done
        audit.error = None
        assert await auditing.change(INVOCATION, work) == 1

    run_apart(asyncio.wait_for(run(), 60))
