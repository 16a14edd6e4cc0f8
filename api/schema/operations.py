"""GraphQL queries about the work on incidents: notices and measures."""

from typing import Annotated

import strawberry

from api.schema.element import Info
from api.schema.enums import NoticeState
from api.schema.notice import DueNotice, Notice
from api.schema.page import After, Connection, First
from api.schema.question import AsOf
from impactgraph.usecases import notices


@strawberry.type
class OperationQueries:
    @strawberry.field(description="Notices of incidents and what became of each, newest first.")
    async def notices(
        self,
        info: Info,
        state: Annotated[
            list[NoticeState] | None,
            strawberry.argument(description="In one of these states; null: in any."),
        ] = None,
        as_of: AsOf = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Notice]:
        page = await info.context.ask(
            notices.list_notices, states=state, as_of=as_of, first=first, after=after
        )
        return Connection.of(info.context, page, [Notice.of(each) for each in page.items])

    @strawberry.field(description="What rules of notices would send now; nothing is sent or stored.")
    async def notices_due(
        self,
        info: Info,
        rules: Annotated[str, strawberry.argument(description="Text of a file of notices.")],
        file: Annotated[
            str, strawberry.argument(description="Its name, for the problems in it.")
        ] = "notices.yaml",
    ) -> list[DueNotice]:
        due = await info.context.run(info.context.notices.due, rules, file)
        info.context.count(len(due))
        return [DueNotice.of(each) for each in due]
