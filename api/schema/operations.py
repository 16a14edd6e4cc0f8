"""GraphQL queries about the work on incidents: notices and measures."""

from typing import Annotated

import strawberry

from api.schema.element import Info
from api.schema.measures import Measures
from api.schema.notice import DueNotice, Notice
from api.schema.page import After, Connection, First
from api.schema.question import AsOf
from api.schema.scalars import Moment
from api.schema.work_enums import NoticeState, PeriodUnit
from impactgraph.usecases import measures, notices


@strawberry.type
class OperationQueries:
    @strawberry.field(description="Notices of incidents and the outcome of each, newest first.")
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

    @strawberry.field(
        description="Measures of incidents and of what they cost, by week or month. Costs two answers for "
        "each incident whose impact is computed."
    )
    async def measures(
        self,
        info: Info,
        by: Annotated[PeriodUnit, strawberry.argument(description="What the periods are.")] = PeriodUnit.WEEK,
        since: Annotated[
            Moment | None,
            strawberry.argument(
                description="The period that has it is the first one; null: four weeks before."
            ),
        ] = None,
        as_of: AsOf = None,
        asked: Annotated[
            int,
            strawberry.argument(description="Number of incidents, latest first, whose impact is computed."),
        ] = 20,
    ) -> Measures:
        question = measures.MeasuresQuestion(unit=by, since=since, as_of=as_of, asked=asked)
        answer = await info.context.measures(question)
        info.context.count(sum(map(len, (answer.groups, answer.service, answer.steps, answer.postings))))
        return Measures.of(answer)
