"""Blast radius: what failures affect."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, TypeVar

import strawberry

from api.context import TopologyAt
from api.schema.affected import AffectedNotification, AffectedOrder, AffectedPosting, AffectedTask, record_of
from api.schema.delay_cost import Contribution, CostOfDelayPoint
from api.schema.element import Info
from api.schema.enums import Dimension, ElementKind, OrderSort, RecordEffect
from api.schema.explanation import Explanation
from api.schema.failure import Failure
from api.schema.filters import OrderFilter, filter_of
from api.schema.impact_summary import ImpactSummary
from api.schema.impairment import Absorption, Impairment
from api.schema.organisation import Playbook
from api.schema.owner_share import OwnerShare, playbooks_of
from api.schema.page import After, Connection, First
from api.schema.record_causes import RecordCause
from api.schema.residual import Residual, affected_page
from api.schema.scalars import Moment, Span, moment_of
from api.schema.to_come import ToCome
from api.schema.totals import ForecastPoint, ImpactGroup, ImpactTotals
from api.schema.unanswered import AwaitingReplay, Unanswered
from api.volatile import VolatileMoment, VolatileText
from graph_models import enums, estimates
from graph_models.ids import key_of
from impactgraph.usecases import impact_pages
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.cost_of_delay import DelayCosts
from impactgraph.usecases.orders import OrderQuery

Key = TypeVar("Key")
Types = Annotated[list[str] | None, strawberry.argument(description="Only these types.")]
Ends = Annotated[
    list[Span] | None,
    strawberry.argument(
        description="Ends, counted from `asOf`, from PT0S to P14D, at most 24; null: PT0S, PT30M, PT1H, "
        "PT2H, PT4H and PT8H."
    ),
]
Effects = Annotated[list[RecordEffect] | None, strawberry.argument(description="Only these effects.")]


@strawberry.type(
    description="What failures affect, now and in the coming hours. All of one answer comes from one state "
    "of the data."
)
class BlastRadius:
    as_of: Moment = strawberry.field(description="The moment the answer is for.")
    topology: strawberry.ID = strawberry.field(
        description="Full id of the version of the topology that the answer is based on."
    )
    watermark: strawberry.ID = strawberry.field(
        description="Number of the last event in the data that the answer is based on."
    )
    failures: list[Failure] = strawberry.field(description="The failures of the question.")
    frontier: list[strawberry.ID] = strawberry.field(
        description="Full ids of the elements at which the propagation was cut off."
    )
    answer: strawberry.Private[Answer]
    topology_at: strawberry.Private[TopologyAt]
    delay_costs: strawberry.Private[DelayCosts]

    @strawberry.field(
        description="Assumptions of the forecast, such as the end of a failure without one, and what the "
        "answer leaves out."
    )
    async def assumptions(self, info: Info) -> list[str]:
        return list(await info.context.run(lambda: self.answer.assumptions))

    @strawberry.field(
        description="False where the answer leaves something out: see `leftOut`, `unanswered` and "
        "`frontier`. Lists are never cut off otherwise."
    )
    async def complete(self, info: Info) -> bool:
        return await info.context.run(lambda: self.answer.complete)

    @strawberry.field(
        description="What the answer leaves out, a sentence each: orders whose position is unknown, "
        "elements that were not followed, scopes that no order can be in."
    )
    async def left_out(self, info: Info) -> list[str]:
        return list(await info.context.run(lambda: self.answer.left_out))

    @strawberry.field(description="Orders in flight that are not answered, by place, most orders first.")
    async def unanswered(self, info: Info) -> list[Unanswered]:
        groups = await info.context.run(lambda: self.answer.unanswered)
        info.context.count(len(groups))
        return [Unanswered.of(group, self.topology_at) for group in groups]

    @strawberry.field(
        description="What ended failures, and dead letters that no failure on record explains, left to be "
        "sent again; most orders first."
    )
    async def awaiting_replay(self, info: Info) -> list[AwaitingReplay]:
        groups = await info.context.run(lambda: self.answer.awaiting_replay)
        info.context.count(len(groups))
        return [AwaitingReplay.of(group, self.topology_at) for group in groups]

    @strawberry.field(description="The answer in one sentence.")
    async def headline(self, info: Info) -> str:
        return await info.context.run(lambda: self.answer.headline)

    @strawberry.field(description="Counts and sums.")
    async def totals(self, info: Info) -> ImpactTotals:
        return ImpactTotals.of(await info.context.run(lambda: self.answer.order_totals), self.answer)

    @strawberry.field(
        description="Orders that are expected to be placed while the failures last, and affected; in no "
        "total."
    )
    async def to_come(self, info: Info) -> ToCome:
        return ToCome.of(await info.context.run(lambda: self.answer.to_come))

    @strawberry.field(description="The totals by one or several dimensions, most expected orders first.")
    async def breakdown(
        self,
        info: Info,
        by: Annotated[
            list[Dimension], strawberry.argument(description="The dimensions; several: by each combination.")
        ],
        first: Annotated[
            int | None, strawberry.argument(description="Maximum number of groups, 1 to 500; null: all.")
        ] = None,
    ) -> list[ImpactGroup]:
        groups = await info.context.run(impact_pages.breakdown, self.answer, by, first)
        info.context.count(len(groups))
        return [
            ImpactGroup.of(group, partial(_nth_of, self.answer.group_estimates, tuple(by), number))
            for number, group in enumerate(groups)
        ]

    @strawberry.field(
        description="Affected records by type, effect and the element that impairs them, most expected first."
    )
    async def record_causes(self, info: Info) -> list[RecordCause]:
        causes = await info.context.run(lambda: self.answer.record_causes)
        info.context.count(len(causes))
        return [RecordCause.of(cause, self.topology_at) for cause in causes]

    @strawberry.field(
        description="Impact of each failure by itself, most promises missed first. Costs one more answer per "
        "failure."
    )
    async def impact_summary(self, info: Info) -> list[ImpactSummary]:
        return await self._impact_summaries(info)

    @strawberry.field(
        description="The former name of `impactSummary`.", deprecation_reason="Use `impactSummary`."
    )
    async def at_stake(self, info: Info) -> list[ImpactSummary]:
        return await self._impact_summaries(info)

    async def _impact_summaries(self, info: Info) -> list[ImpactSummary]:
        summaries = await info.context.impact_summaries(self.answer)
        info.context.count(len(summaries))
        return [ImpactSummary.of(summary, self.topology_at) for summary in summaries]

    @strawberry.field(
        description="What each failure adds to the others, the most costly first. Costs up to two more "
        "answers per failure."
    )
    async def contributions(self, info: Info) -> list[Contribution]:
        contributions = await info.context.contributions(self.answer)
        info.context.count(len(contributions))
        return [Contribution.of(each, self.answer.as_of, self.topology_at) for each in contributions]

    @strawberry.field(
        description="What the failures cost if all that have not ended end now or later. Costs one more "
        "answer per end."
    )
    async def cost_of_delay(
        self,
        info: Info,
        ends: Ends = None,
    ) -> list[CostOfDelayPoint]:
        as_of = self.answer.question.as_of
        points = await info.context.ask_at(as_of, self.delay_costs.points, ends)
        info.context.count(len(points))
        return [CostOfDelayPoint.of(point) for point in points]

    @strawberry.field(
        description="What an hour costs until the cost hardly grows any more, in one sentence. Free of cost "
        "beside `costOfDelay` with the same ends."
    )
    async def delay_sentence(self, info: Info, ends: Ends = None) -> str:
        return await info.context.ask_at(self.answer.question.as_of, self.delay_costs.sentence, ends)

    @strawberry.field(description="When orders are affected and promises missed, in intervals of `bucket`.")
    async def forecast(
        self,
        info: Info,
        bucket: Annotated[Span, strawberry.argument(description="Length of an interval, such as PT1H.")],
    ) -> list[ForecastPoint]:
        points = await info.context.run(impact_pages.forecast, self.answer, bucket)
        info.context.count(len(points))
        return [
            ForecastPoint.of(point, partial(_nth_of, self.answer.forecast_estimates, bucket, number))
            for number, point in enumerate(points)
        ]

    @strawberry.field(
        description="Impairments of elements; one element may have several, in different windows or scopes."
    )
    async def elements(
        self,
        info: Info,
        kinds: Annotated[
            list[ElementKind] | None, strawberry.argument(description="Only these kinds.")
        ] = None,
        ids: Annotated[
            list[strawberry.ID] | None, strawberry.argument(description="Only these elements, by full id.")
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Impairment]:
        page = await info.context.run(impact_pages.impairments, self.answer, kinds, first, after, ids)
        return Connection.of(
            info.context, page, [Impairment.of(item, self.answer, self.topology_at) for item in page.items]
        )

    @strawberry.field(description="The affected orders.")
    async def orders(
        self,
        info: Info,
        where: Annotated[OrderFilter | None, strawberry.argument(description="Only these orders.")] = None,
        order_by: Annotated[
            OrderSort | None, strawberry.argument(description="Sort order.")
        ] = enums.OrderSort.PROMISE_ASC,
        first: First = 50,
        after: After = None,
    ) -> Connection[AffectedOrder]:
        query = OrderQuery(
            where=filter_of(where), sort=order_by or enums.OrderSort.PROMISE_ASC, first=first, after=after
        )
        page = await info.context.ask(impact_pages.orders, self.answer, self.topology_at.topology, query)
        return affected_page(info, page, self.topology_at)

    @strawberry.field(description="The affected finance postings.")
    async def postings(
        self, info: Info, types: Types = None, effects: Effects = None, first: First = 50, after: After = None
    ) -> Connection[AffectedPosting]:
        query = impact_pages.RecordQuery(
            kind=enums.RecordKind.POSTING, types=types, effects=effects, first=first, after=after
        )
        page = await info.context.ask(impact_pages.records, self.answer, query)
        return Connection.of(
            info.context, page, [record_of(AffectedPosting, item, self.topology_at) for item in page.items]
        )

    @strawberry.field(description="The affected customer messages.")
    async def notifications(
        self, info: Info, types: Types = None, effects: Effects = None, first: First = 50, after: After = None
    ) -> Connection[AffectedNotification]:
        query = impact_pages.RecordQuery(
            kind=enums.RecordKind.NOTIFICATION, types=types, effects=effects, first=first, after=after
        )
        page = await info.context.ask(impact_pages.records, self.answer, query)
        return Connection.of(
            info.context,
            page,
            [record_of(AffectedNotification, item, self.topology_at) for item in page.items],
        )

    @strawberry.field(description="The affected tasks.")
    async def tasks(self, info: Info, first: First = 50, after: After = None) -> Connection[AffectedTask]:
        query = impact_pages.RecordQuery(kind=enums.RecordKind.TASK, first=first, after=after)
        page = await info.context.ask(impact_pages.records, self.answer, query)
        return Connection.of(
            info.context, page, [record_of(AffectedTask, item, self.topology_at) for item in page.items]
        )

    @strawberry.field(description="Teams to call, the most affected first.")
    async def owners(self, info: Info) -> list[OwnerShare]:
        return [
            OwnerShare.of(share, self.topology_at) for share in await info.context.owner_shares(self.answer)
        ]

    @strawberry.field(description="Playbooks for the failures.")
    async def playbooks(self, info: Info) -> list[Playbook]:
        return playbooks_of(await info.context.run(lambda: self.answer.playbooks), self.topology_at)

    @strawberry.field(description="Why an order is affected, or what stopped the failure before it.")
    async def explain(
        self,
        info: Info,
        order: Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key of the order.")],
    ) -> Explanation:
        return Explanation.of(
            await info.context.ask(
                impact_pages.explain, self.answer, key_of(order, "order"), self.topology_at.as_of
            ),
            self.topology_at,
        )

    @strawberry.field(
        description="Where the failure was stopped: by retries, a fallback, a buffer, scope or freshness. "
        "Explains small or empty answers."
    )
    async def absorbed(self, info: Info) -> list[Absorption]:
        return [
            Absorption.of(item, self.topology_at)
            for item in await info.context.run(lambda: self.answer.absorbed)
        ]

    @strawberry.field(
        description="What remains to recover after the end of the failures; null while one is active."
    )
    async def residual(self, info: Info) -> Residual | None:
        residual_impact = await info.context.run(lambda: self.answer.residual)
        if residual_impact is None:
            return None
        return Residual(
            healed=residual_impact.healed,
            healing=residual_impact.healing,
            need_action=residual_impact.need_action,
            drained_by=moment_of(residual_impact.drained_by),
            answer=self.answer,
            topology_at=self.topology_at,
        )

    @classmethod
    def of(cls, answer: Answer, topology_at: TopologyAt) -> "BlastRadius":
        return cls(
            as_of=Moment(VolatileMoment(answer.as_of)),
            topology=strawberry.ID(f"topology:{answer.topology_version}"),
            watermark=strawberry.ID(VolatileText(answer.watermark)),
            failures=[Failure.of(failure, answer.as_of, topology_at) for failure in answer.failures],
            frontier=[strawberry.ID(identifier) for identifier in answer.frontier],
            answer=answer,
            topology_at=topology_at,
            delay_costs=DelayCosts(answer),
        )


def _nth_of(
    read: Callable[[Key], Sequence[estimates.Estimates]], key: Key, number: int
) -> estimates.Estimates:
    return read(key)[number]
