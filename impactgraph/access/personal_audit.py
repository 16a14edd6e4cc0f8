"""An audit log that keeps no more of personal attributes than the record does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from graph_models.access import Principal
from graph_models.time import Millis
from impactgraph.audit.chain import ChainCheck
from impactgraph.audit.entries import AuditEntry, AuditEvent
from impactgraph.audit.sealing import Editor
from impactgraph.ingest.personal import PersonalRules
from impactgraph.ports.access import AuditTrail


@dataclass(frozen=True)
class PersonalAudit:
    """The port `AuditTrail`: arguments have values of personal attributes as the record keeps them."""

    log: AuditTrail
    rules: PersonalRules

    def append(self, events: Sequence[AuditEvent]) -> Sequence[AuditEntry]:
        return self.log.append(
            [replace(event, arguments=self.rules.arguments(event.arguments)) for event in events]
        )

    def entries(self, since: Millis | None = None) -> Iterator[AuditEntry]:
        return self.log.entries(since)

    def remove_before(self, before: Millis, by: Principal, at: Millis, *, dry_run: bool = False) -> int:
        return self.log.remove_before(before, by, at, dry_run=dry_run)

    def forget(self, edit: Editor, by: Principal, at: Millis) -> int:
        return self.log.forget(edit, by, at)

    def check(self) -> ChainCheck:
        return self.log.check()

    def close(self) -> None:
        self.log.close()
