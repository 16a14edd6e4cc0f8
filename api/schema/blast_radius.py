"""What a failure hits."""

from typing import Annotated, cast

import strawberry

from api.context import Landscape
from api.schema.affected import AffectedNotification, AffectedOrder, AffectedPosting, AffectedTask, record_of
from api.schema.at_stake import AtStake
from api.schema.element import Element, Info, shown
from api.schema.enums import Dimension, ElementKind, OrderSort, RecordEffect
from api.schema.failure import Failure
from api.schema.filters import OrderFilter, filter_of
from api.schema.impairment import Absorption, Impairment
from api.schema.money import Money
from api.schema.organisation import Playbook, Team
from api.schema.page import After, Connection, First
from api.schema.path import Path
from api.schema.scalars import Moment, Span, when
from api.schema.totals import ForecastPoint, ImpactGroup, ImpactTotals
from api.ticking import Ticked, Ticking
from graph_models import enums, impact
from graph_models.ids import key_of
from graph_models.orders import Page
from impactgraph.usecases import impact_pages
from impactgraph.usecases.answer import Answer

Types = Annotated[list[str] | None, strawberry.argument(description="Of these types only.")]
Effects = Annotated[
    list[RecordEffect] | None, strawberry.argument(description="Hit in one of these ways only.")
]


@strawberry.type(description="Why an order is affected, or what stopped the failure before it.")
class Explanation:
    affected: bool = strawberry.field(description="Whether the order is affected.")
    sentence: str = strawberry.field(description="Why, or why not, in one sentence.")
    paths: list[Path] = strawberry.field(description="How the failure gets to it, hop by hop.")
    stopped_by: list[Absorption] = strawberry.field(description="Where the failure was stopped before it.")

    @classmethod
    def of(cls, found: impact.Explanation, landscape: Landscape) -> "Explanation":
        return cls(
            affected=found.affected,
            sentence=found.sentence,
            paths=[Path.of(path) for path in found.paths],
            stopped_by=[Absorption.of(absorption, landscape) for absorption in found.stopped_by],
        )


@strawberry.type(description="What is at stake for a team.")
class OwnerShare:
    team: Team = strawberry.field(description="Whom to call.")
    elements: list[Element] = strawberry.field(description="Its elements that are impaired.")
    orders: int = strawberry.field(description="Orders hit by way of them.")
    value: list[Money] = strawberry.field(description="What these are worth, a sum for each currency.")
    playbooks: list[Playbook] = strawberry.field(description="What it can do.")

    @classmethod
    def of(cls, share: impact.OwnerShare, landscape: Landscape) -> "OwnerShare":
        return cls(
            team=cast(Team, shown(f"team:{share.team}", landscape)),
            elements=[shown(identifier, landscape) for identifier in share.elements],
            orders=share.orders,
            value=Money.each(share.value),
            playbooks=_playbooks(share.playbooks, landscape),
        )


@strawberry.type(description="After the end of a failure: what is left of its harm.")
class Residual:
    healed: int = strawberry.field(description="Orders that have recovered.")
    healing: int = strawberry.field(description="Orders that recover by themselves.")
    need_action: int = strawberry.field(description="Orders that wait for a replay or a person.")
    drained_by: Moment | None = strawberry.field(description="When the backlog is expected to be worked off.")
    answer: strawberry.Private[Answer]
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="The orders that have not recovered.")
    async def orders(self, info: Info, first: First = 50, after: After = None) -> Connection[AffectedOrder]:
        page = await info.context.run(impact_pages.residual_orders, self.answer, first, after)
        return _orders(info, page, self.landscape)


@strawberry.type(
    description="What failures hit, now and in the hours to come. All of one answer comes from one state of the data."
)
class BlastRadius:
    as_of: Moment = strawberry.field(description="The moment that it is asked for.")
    topology: strawberry.ID = strawberry.field(
        description="Full id of the version of the topology that it stands on."
    )
    watermark: strawberry.ID = strawberry.field(
        description="Number of the last event in the data that it stands on."
    )
    failures: list[Failure] = strawberry.field(description="The failures that are answered for.")
    assumptions: list[str] = strawberry.field(
        description="What the forecast assumes, such as the end of a failure that has none."
    )
    complete: bool = strawberry.field(
        description="False only with `frontier`: a list that looks whole is whole."
    )
    frontier: list[strawberry.ID] = strawberry.field(
        description="Full ids of the elements behind which was not looked."
    )
    answer: strawberry.Private[Answer]
    landscape: strawberry.Private[Landscape]

    @strawberry.field(description="The answer in one sentence.")
    async def headline(self, info: Info) -> str:
        return await info.context.run(lambda: self.answer.headline)

    @strawberry.field(description="How many, and how much.")
    async def totals(self, info: Info) -> ImpactTotals:
        return ImpactTotals.of(await info.context.run(lambda: self.answer.order_totals), self.answer)

    @strawberry.field(description="The totals by one dimension or several at once, the most orders first.")
    async def breakdown(
        self,
        info: Info,
        by: Annotated[
            list[Dimension], strawberry.argument(description="The dimensions; several give each combination.")
        ],
        first: Annotated[
            int | None, strawberry.argument(description="How many groups to give, 1 to 500; null: all.")
        ] = None,
    ) -> list[ImpactGroup]:
        groups = await info.context.run(impact_pages.breakdown, self.answer, by, first)
        info.context.count(len(groups))
        return [ImpactGroup.of(group) for group in groups]

    @strawberry.field(
        description="What each of the failures puts at stake by itself, the most orders first; it takes an answer for each, from the same state."
    )
    async def at_stake(self, info: Info) -> list[AtStake]:
        found = await info.context.each_at_stake(self.answer)
        info.context.count(len(found))
        return [AtStake.of(one, self.landscape) for one in found]

    @strawberry.field(description="When orders are hit and promises missed, in spans of `bucket`.")
    async def forecast(
        self,
        info: Info,
        bucket: Annotated[Span, strawberry.argument(description="Length of a span, such as PT1H.")],
    ) -> list[ForecastPoint]:
        points = await info.context.run(impact_pages.forecast, self.answer, bucket)
        info.context.count(len(points))
        return [ForecastPoint.of(point) for point in points]

    @strawberry.field(
        description="The elements that are impaired, and how; an element may be so in several windows or scopes."
    )
    async def elements(
        self,
        info: Info,
        kinds: Annotated[
            list[ElementKind] | None, strawberry.argument(description="Of these kinds only.")
        ] = None,
        ids: Annotated[
            list[strawberry.ID] | None, strawberry.argument(description="These elements only, by full id.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Impairment]:
        page = await info.context.run(impact_pages.impairments, self.answer, kinds, first, after, ids)
        return Connection.of(
            info.context, page, [Impairment.of(found, self.answer, self.landscape) for found in page.items]
        )

    @strawberry.field(description="The orders that are hit.")
    async def orders(
        self,
        info: Info,
        where: Annotated[OrderFilter | None, strawberry.argument(description="These of them only.")] = None,
        order_by: Annotated[
            OrderSort | None, strawberry.argument(description="In which order they come.")
        ] = enums.OrderSort.PROMISE_ASC,
        first: First = 50,
        after: After = None,
    ) -> Connection[AffectedOrder]:
        page = await info.context.ask(
            impact_pages.orders,
            self.answer,
            self.landscape.topology,
            filter_of(where),
            order_by,
            first,
            after,
        )
        return _orders(info, page, self.landscape)

    @strawberry.field(description="The finance postings that are hit.")
    async def postings(
        self, info: Info, types: Types = None, effects: Effects = None, first: First = 50, after: After = None
    ) -> Connection[AffectedPosting]:
        page = await info.context.run(
            impact_pages.records, self.answer, enums.RecordKind.POSTING, types, effects, first, after
        )
        return Connection.of(
            info.context, page, [record_of(AffectedPosting, found, self.landscape) for found in page.items]
        )

    @strawberry.field(description="The customer messages that are hit.")
    async def notifications(
        self, info: Info, types: Types = None, effects: Effects = None, first: First = 50, after: After = None
    ) -> Connection[AffectedNotification]:
        page = await info.context.run(
            impact_pages.records, self.answer, enums.RecordKind.NOTIFICATION, types, effects, first, after
        )
        return Connection.of(
            info.context,
            page,
            [record_of(AffectedNotification, found, self.landscape) for found in page.items],
        )

    @strawberry.field(description="The tasks that are hit.")
    async def tasks(self, info: Info, first: First = 50, after: After = None) -> Connection[AffectedTask]:
        page = await info.context.run(
            impact_pages.records, self.answer, enums.RecordKind.TASK, None, None, first, after
        )
        return Connection.of(
            info.context, page, [record_of(AffectedTask, found, self.landscape) for found in page.items]
        )

    @strawberry.field(description="Whom to call, in order of what is at stake for them.")
    async def owners(self, info: Info) -> list[OwnerShare]:
        return [
            OwnerShare.of(share, self.landscape)
            for share in await info.context.run(lambda: self.answer.owners)
        ]

    @strawberry.field(description="What to do.")
    async def playbooks(self, info: Info) -> list[Playbook]:
        return _playbooks(await info.context.run(lambda: self.answer.playbooks), self.landscape)

    @strawberry.field(description="Why an order is affected, or what stopped the failure before it.")
    async def explain(
        self,
        info: Info,
        order: Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key of the order.")],
    ) -> Explanation:
        return Explanation.of(
            await info.context.ask(
                impact_pages.explain, self.answer, key_of(order, "order"), self.landscape.as_of
            ),
            self.landscape,
        )

    @strawberry.field(
        description="Where the failure was stopped: retries, a fallback, a buffer, scope, freshness. It says why an answer is small or empty."
    )
    async def absorbed(self, info: Info) -> list[Absorption]:
        return [
            Absorption.of(found, self.landscape)
            for found in await info.context.run(lambda: self.answer.absorbed)
        ]

    @strawberry.field(description="What is left of the harm after the end; null while a failure lasts.")
    async def residual(self, info: Info) -> Residual | None:
        left = await info.context.run(lambda: self.answer.residual)
        if left is None:
            return None
        return Residual(
            healed=left.healed,
            healing=left.healing,
            need_action=left.need_action,
            drained_by=when(left.drained_by),
            answer=self.answer,
            landscape=self.landscape,
        )

    @classmethod
    def of(cls, answer: Answer, landscape: Landscape) -> "BlastRadius":
        return cls(
            as_of=Moment(Ticking(answer.as_of)),
            topology=strawberry.ID(f"topology:{answer.topology}"),
            watermark=strawberry.ID(Ticked(answer.inputs.columns.watermark)),
            failures=[Failure.of(failure, answer.as_of, landscape) for failure in answer.failures],
            assumptions=list(answer.assumptions),
            complete=answer.complete,
            frontier=[strawberry.ID(identifier) for identifier in answer.frontier],
            answer=answer,
            landscape=landscape,
        )


def _orders(info: Info, page: Page[impact.AffectedOrder], landscape: Landscape) -> Connection[AffectedOrder]:
    return Connection.of(info.context, page, [AffectedOrder.of(found, landscape) for found in page.items])


def _playbooks(keys: tuple[str, ...], landscape: Landscape) -> list[Playbook]:
    return [cast(Playbook, shown(f"playbook:{key}", landscape)) for key in keys]
