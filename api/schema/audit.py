"""The audit log in GraphQL: a change is one entry, with its outcome."""

from typing import Annotated

import orjson
import strawberry

from api.schema.element import Info
from api.schema.page import After, Connection, First
from api.schema.scalars import Moment
from impactgraph.usecases.audit import AuditedChange, page_of_changes


@strawberry.type(description="What somebody did.")
class AuditEntry:
    at: Moment = strawberry.field(description="When it began.")
    subject: strawberry.ID = strawberry.field(description="Who: subject of the principal, such as key:3f9c.")
    name: str = strawberry.field(description="Who: the name of the key or user at that time.")
    address: str = strawberry.field(description="Address of the client; empty: on the machine itself.")
    operation: str = strawberry.field(description="What, such as `reportFailure` or `keys create`.")
    arguments: str = strawberry.field(
        description="With what, as JSON: without secrets, long texts shortened."
    )
    outcome: str = strawberry.field(
        description="`done`, `refused` (the answer lists problems), `asked`, the code of the error, or "
        "`unknown`: not done yet, or its process ended."
    )

    @classmethod
    def of(cls, change: AuditedChange) -> "AuditEntry":
        event = change.entry.event
        return cls(
            at=Moment(event.at),
            subject=strawberry.ID(event.subject),
            name=event.name,
            address=event.address,
            operation=event.operation,
            arguments=orjson.dumps(event.arguments).decode(),
            outcome=change.outcome,
        )


@strawberry.type
class AuditQueries:
    @strawberry.field(
        description="The audit log, newest first. Complete and with its hashes it is at GET /audit."
    )
    async def audit(
        self,
        info: Info,
        since: Annotated[
            Moment | None, strawberry.argument(description="From this moment on; null: everything.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[AuditEntry]:
        page = await info.context.run(page_of_changes, info.context.auditing.log, since, first, after)
        return Connection.of(info.context, page, [AuditEntry.of(change) for change in page.items])
