"""What can be asked."""

from typing import Annotated, Any

import strawberry

from api.schema.blast_radius import BlastRadius
from api.schema.element import Element, Info, show
from api.schema.enums import ElementKind, OrderSort
from api.schema.failure import Failure
from api.schema.filters import FailureFilter, OrderFilter, failure_filter_of, filter_of
from api.schema.inputs import FailureInput, failure_of
from api.schema.node import Node
from api.schema.order import Order
from api.schema.page import After, Connection, First
from api.schema.path import Path
from api.schema.scalars import Moment, Span
from api.schema.topology import TopologyChange, TopologyVersion
from graph_models import enums
from graph_models.ids import key_of, split_id
from graph_models.impact import Question
from graph_models.time import DAY, MINUTE
from impactgraph.usecases import compare_topologies, elements, failures, orders, paths, topologies

From = Annotated[strawberry.ID, strawberry.argument(name="from", description="Full id of where to begin.")]
To = Annotated[strawberry.ID, strawberry.argument(name="to", description="Full id of where to end.")]
AsOf = Annotated[Moment | None, strawberry.argument(description="The moment that it is asked for; null: now.")]
Where = Annotated[OrderFilter | None, strawberry.argument(description="These orders only.")]

Horizon = Annotated[
    Span | None,
    strawberry.argument(description="Hits that begin within this after asOf; null: PT48H. Their consequences are followed to the end."),
]
Recovery = Annotated[
    Span | None,
    strawberry.argument(description="How long a failure of unknown end is taken to last; null: as learned, else PT2H."),
]


def supposed(given: list[FailureInput] | None) -> Question:
    """A question with nothing in it but what is supposed."""
    return Question(suppose=tuple(failure_of(failure, supposed=True, key=f"supposed-{number}") for number, failure in enumerate(given or (), 1)))


@strawberry.type(description="What can be asked.")
class Query:
    @strawberry.field(description="Whatever has this id: an order, a failure, an element or a version of the topology; null where there is none.")
    async def node(self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Full id.")]) -> Node | None:
        kind, key = split_id(id)
        if kind == "order":
            return await _order(info, id, None)
        if kind == "failure":
            found = await info.context.ask(failures.find_failure, key)
            return Failure.of(found, info.context.now, await info.context.landscape()) if found else None
        if kind == "topology":
            version = await info.context.ask(topologies.find_topology, key)
            return TopologyVersion.of(version) if version else None
        return await _element(info, id)

    @strawberry.field(description="What failures hit, now and in the hours to come: known ones, supposed ones, or both together.")
    async def blast_radius(
        self,
        info: Info,
        failures: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Failures by full id or bare key, ended ones too; none, and nothing supposed: all that are active at asOf."),
        ] = None,
        suppose: Annotated[list[FailureInput] | None, strawberry.argument(description="What if: nothing of it is stored.")] = None,
        as_of: AsOf = None,
        horizon: Horizon = None,
        assume_recovery: Recovery = None,
        tolerance: Annotated[Span | None, strawberry.argument(description="How much later still counts as unaffected; null: PT5M.")] = None,
        min_likelihood: Annotated[float | None, strawberry.argument(description="Listed and counted is what is more likely than this; null: 0.05.")] = None,
        where: Where = None,
    ) -> BlastRadius:
        question = Question(
            failures=tuple(dict.fromkeys(key_of(identifier, "failure") for identifier in failures or ())),
            suppose=supposed(suppose).suppose,
            as_of=as_of,
            horizon=2 * DAY if horizon is None else horizon,
            assume_recovery=assume_recovery,
            tolerance=5 * MINUTE if tolerance is None else tolerance,
            min_likelihood=0.05 if min_likelihood is None else min_likelihood,
            where=filter_of(where),
        )
        answer = await info.context.impact(question)
        return BlastRadius.of(answer, await info.context.landscape_of(answer.topology, as_of))

    @strawberry.field(description="The failures that are known, the newest first.")
    async def failures(
        self,
        info: Info,
        active: Annotated[bool | None, strawberry.argument(description="Only those that are active now, or only the others.")] = None,
        where: Annotated[FailureFilter | None, strawberry.argument(description="These of them only.")] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Failure]:
        page = await info.context.ask(failures.list_failures, info.context.now, active=active, where=failure_filter_of(where), first=first, after=after)
        landscape = await info.context.landscape()
        return Connection.of(info.context, page, [Failure.of(found, info.context.now, landscape) for found in page.items])

    @strawberry.field(description="An order; null where there is none.")
    async def order(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Full id or bare key.")], as_of: AsOf = None
    ) -> Order | None:
        return await _order(info, id, as_of)

    @strawberry.field(description="Every order known, ended ones too. Bands, effects and missed promises are those of the failures active now.")
    async def orders(
        self,
        info: Info,
        where: Where = None,
        order_by: Annotated[OrderSort | None, strawberry.argument(description="In which order they come.")] = enums.OrderSort.PLACED_ASC,
        first: First = 50,
        after: After = None,
    ) -> Connection[Order]:
        asked: Any = {"where": filter_of(where), "sort": order_by or enums.OrderSort.PLACED_ASC, "first": first, "after": after}
        if orders.asks_for_impact(filter_of(where)):
            answer = await info.context.active_impact(None)
            page = await info.context.ask(orders.list_hit_orders, answer, info.context.now, **asked)
        else:
            page = await info.context.ask(orders.list_orders, info.context.now, **asked)
        landscape = await info.context.landscape()
        return Connection.of(info.context, page, [Order.of(found, landscape) for found in page.items])

    @strawberry.field(description="An element of the current topology; null where there is none.")
    async def element(self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Full id.")]) -> Element | None:
        return await _element(info, id)

    @strawberry.field(description="Elements of the current topology, by kind and id.")
    async def elements(
        self,
        info: Info,
        kinds: Annotated[list[ElementKind] | None, strawberry.argument(description="Of these kinds only.")] = None,
        search: Annotated[str | None, strawberry.argument(description="Text that is in the id or the name, whatever the case.")] = None,
        owner: Annotated[strawberry.ID | None, strawberry.argument(description="Full id or bare key of the team that owns them.")] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Element]:
        landscape = await info.context.landscape()
        team = key_of(owner, "team") if owner is not None else None
        page = await info.context.run(elements.list_elements, landscape.topology, kinds=kinds, search=search, owner=team, first=first, after=after)
        return Connection.of(info.context, page, [show(found, landscape) for found in page.items])

    @strawberry.field(description="How two elements hang together, the shortest way first; empty where they do not.")
    async def paths(self, info: Info, source: From, target: To, first: First = 50) -> list[Path]:
        landscape = await info.context.landscape()
        return [Path.of(path) for path in await info.context.run(paths.find_paths, landscape.topology, source, target, info.context.now, first)]

    @strawberry.field(description="Versions of the topology, the newest first.")
    async def topologies(self, info: Info, first: First = 50, after: After = None) -> Connection[TopologyVersion]:
        page = await info.context.ask(topologies.list_topologies, first=first, after=after)
        return Connection.of(info.context, page, [TopologyVersion.of(version) for version in page.items])

    @strawberry.field(description="What is other in one version of the topology than in another, and what in flight it touches.")
    async def compare_topologies(self, info: Info, source: From, target: To) -> TopologyChange:
        return TopologyChange.of(await info.context.ask(compare_topologies.compare_topologies, source, target))


async def _order(info: Info, identifier: str, as_of: Moment | None) -> Order | None:
    found = await info.context.ask(orders.find_order, identifier, info.context.now, as_of)
    return Order.of(found, await info.context.landscape(as_of)) if found else None


async def _element(info: Info, identifier: str) -> Element | None:
    landscape = await info.context.landscape()
    found = elements.find_element(landscape.topology, identifier)
    return show(found, landscape) if found is not None else None
