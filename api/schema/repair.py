"""Repair lists: work to replay, messages to hold or send, and orders to treat first."""

from typing import Annotated, Protocol, cast

import strawberry

from api.context import TopologyAt
from api.schema.element import Info
from api.schema.money import Money
from api.schema.page import After, Connection, First
from api.schema.question import AsOf
from api.schema.repair_lists import (
    Communication,
    CommunicationConnection,
    CommunicationGroup,
    PressingGroup,
    PressingOrder,
    PressingOrderConnection,
    ReplayConnection,
    ReplayGroup,
    ReplayItem,
)
from api.schema.scalars import Moment
from api.schema.work_enums import CommunicationAction
from graph_models.impact import Question
from impactgraph.usecases import repair as usecase

Done = Annotated[
    bool,
    strawberry.argument(description="true: the items that are checked off, instead of those that are left."),
]


async def replay_page(
    info: Info,
    lists: usecase.Repair,
    topology_at: TopologyAt,
    page: tuple[int | None, str | None],
    done: bool,
) -> ReplayConnection:
    """`page`: `first` and `after`."""
    result = await info.context.run(usecase.page_of_replay, lists, *page, done=done)
    groups = await info.context.run(lambda: lists.replay_groups)
    whole = lists.replay
    info.context.count(len(groups))
    connection = Connection.of(
        info.context, result, [ReplayItem.of(each, topology_at) for each in result.items]
    )
    return ReplayConnection(
        edges=connection.edges,
        page_info=connection.page_info,
        total_count=connection.total_count,
        left=len(whole.items),
        done=len(whole.done),
        value=[Money.of(each) for each in whole.value],
        groups=[ReplayGroup.of(each, topology_at) for each in groups],
        why_empty=whole.why_empty,
    )


async def communication_page(
    info: Info, lists: usecase.Repair, topology_at: TopologyAt, first: int | None, after: str | None
) -> CommunicationConnection:
    result = await info.context.run(usecase.page_of_communications, lists, first, after)
    whole, groups = lists.communications, lists.communication_groups
    info.context.count(len(groups))
    nodes = [Communication.of(each, topology_at) for each in result.items]
    connection = Connection.of(info.context, result, nodes)
    return CommunicationConnection(
        edges=connection.edges,
        page_info=connection.page_info,
        total_count=connection.total_count,
        value=[Money.of(each) for each in whole.value],
        groups=[
            CommunicationGroup(
                action=cast(CommunicationAction, each.action),
                language=each.language,
                channel=each.channel,
                count=each.count,
                value=[Money.of(money) for money in each.value],
            )
            for each in groups
        ],
        why_empty=whole.why_empty,
    )


async def pressing_page(
    info: Info, lists: usecase.Repair, topology_at: TopologyAt, first: int | None, after: str | None
) -> PressingOrderConnection:
    result = await info.context.run(usecase.page_of_pressing, lists, first, after)
    whole, groups = lists.pressing, lists.pressing_groups
    info.context.count(len(groups))
    nodes = [PressingOrder.of(each, topology_at) for each in result.items]
    connection = Connection.of(info.context, result, nodes)
    return PressingOrderConnection(
        edges=connection.edges,
        page_info=connection.page_info,
        total_count=connection.total_count,
        value=[Money.of(each) for each in whole.value],
        left_out=whole.left_out,
        groups=[PressingGroup.of(each, topology_at) for each in groups],
        why_empty=whole.why_empty,
    )


@strawberry.type(description="What has to be repaired by hand after failures.")
class Repair:
    as_of: Moment = strawberry.field(description="The moment of the answer.")
    headline: str = strawberry.field(description="What the failures affect, in a sentence.")
    topology_at: strawberry.Private[TopologyAt]
    found: strawberry.Private[usecase.Repair]

    @strawberry.field(description="What does not come by itself, by the place from which it is sent again.")
    async def replay(
        self, info: Info, first: First = 50, after: After = None, done: Done = False
    ) -> ReplayConnection:
        return await replay_page(info, self.found, self.topology_at, (first, after), done)

    @strawberry.field(description="Messages to customers to be held, sent or corrected.")
    async def communications(
        self, info: Info, first: First = 50, after: After = None
    ) -> CommunicationConnection:
        return await communication_page(info, self.found, self.topology_at, first, after)

    @strawberry.field(description="Orders that keep their promise if they are treated first.")
    async def reprioritise(
        self, info: Info, first: First = 50, after: After = None
    ) -> PressingOrderConnection:
        return await pressing_page(info, self.found, self.topology_at, first, after)


class _HasQuestion(Protocol):
    @property
    def question(self) -> Question: ...


class _OfQuestion(Protocol):
    """What an incident has of this."""

    topology_at: TopologyAt

    @property
    def model(self) -> _HasQuestion: ...


@strawberry.type
class IncidentRepair:
    """The fields of an incident that are lists of repairs."""

    @strawberry.field(description="What does not come by itself, by the place from which it is sent again.")
    async def replay(
        self, info: Info, first: First = 50, after: After = None, done: Done = False
    ) -> ReplayConnection:
        lists, topology_at = await _of_incident(self, info)
        return await replay_page(info, lists, topology_at, (first, after), done)

    @strawberry.field(description="Messages to customers to be held, sent or corrected.")
    async def communications(
        self, info: Info, first: First = 50, after: After = None
    ) -> CommunicationConnection:
        lists, topology_at = await _of_incident(self, info)
        return await communication_page(info, lists, topology_at, first, after)

    @strawberry.field(description="Orders that keep their promise if they are treated first.")
    async def reprioritise(
        self, info: Info, first: First = 50, after: After = None
    ) -> PressingOrderConnection:
        lists, topology_at = await _of_incident(self, info)
        return await pressing_page(info, lists, topology_at, first, after)


@strawberry.type
class RepairQueries:
    @strawberry.field(
        description="What has to be repaired by hand after the failures of an incident, after some "
        "failures, or (without either) after all that are active or have left something."
    )
    async def repair(
        self,
        info: Info,
        failures: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Failures by full id or bare key, ended ones included."),
        ] = None,
        incident: Annotated[
            strawberry.ID | None, strawberry.argument(description="An incident by full id or bare key.")
        ] = None,
        as_of: AsOf = None,
    ) -> Repair:
        asked_for = usecase.RepairQuestion(tuple(failures or ()), incident, as_of)
        question = await info.context.repair_question(asked_for)
        lists = await info.context.repair(question)
        headline = await info.context.run(lambda: lists.answer.headline)
        return Repair(
            as_of=Moment(lists.answer.as_of),
            headline=headline,
            topology_at=await info.context.topology_at(as_of),
            found=lists,
        )


async def _of_incident(incident: object, info: Info) -> tuple[usecase.Repair, TopologyAt]:
    """The lists of an incident, which has the question about its failures."""
    owner = cast("_OfQuestion", incident)
    return await info.context.repair(owner.model.question), owner.topology_at
