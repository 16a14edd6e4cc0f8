"""A blast radius for programs: as JSON in GraphQL's words, or as rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from graph_models.enums import Dimension, RecordKind
from graph_models.impact import AffectedOrder, ImpactGroup
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.cli import shape
from impactgraph.cli.answering import Answered
from impactgraph.cli.show import Rows
from impactgraph.errors import BadInputError, Problem
from impactgraph.usecases import exports, impact_pages
from impactgraph.usecases.blast_radius import blast_radius
from impactgraph.usecases.exports import Export
from impactgraph.usecases.impact_summary import impact_summaries
from impactgraph.usecases.orders import get_orders
from impactgraph.usecases.pages import MOST

T = TypeVar("T")

GROUPS = "groups"


def wanted(of: str, orders: int | None) -> Export | None:
    """What rows are asked for; None: groups. Raises BadInputError, for a bad number of orders too."""
    problems: list[Problem] = []
    if orders is not None and orders < 0:
        problems.append(Problem(f"--orders is {orders}; give a number from 0 on."))
    known = [*(each.value for each in Export), GROUPS]
    if of not in known:
        problems.append(Problem(f"--of is {of!r}; give one of {', '.join(known)}."))
    if problems:
        raise BadInputError(*problems)
    return None if of == GROUPS else Export(of)


def first_of(ask: Callable[[int, str | None], Page[T]], wanted: int) -> Page[T]:
    """The first `wanted` of a list that is asked for page by page: (size, cursor) -> page."""
    page = ask(max(1, min(wanted, MOST)), None)
    if wanted == 0:
        return Page((), (), page.total_count, has_next=page.total_count > 0)
    items, cursors = list(page.items), list(page.cursors)
    while page.has_next and len(items) < wanted:
        page = ask(min(wanted - len(items), MOST), cursors[-1])
        items += page.items
        cursors += page.cursors
    return Page(tuple(items), tuple(cursors), page.total_count, has_next=page.has_next)


def affected_orders(found: Answered, listed: int) -> Page[AffectedOrder]:
    return first_of(lambda size, after: found.answer.orders(first=size, after=after), listed)


def data_of(found: Answered, by: Sequence[Dimension], listed: int, bucket: Millis | None) -> shape.Shape:
    """GraphQL's BlastRadius; its pages hold the first `listed`."""
    answer, page = found.answer, affected_orders(found, listed)
    at_stake = impact_summaries(found.store, blast_radius, answer)
    shown = [
        *(each.order for each in page.items),
        *(each.oldest_order for each in at_stake if each.oldest_order),
    ]
    known = get_orders(found.store, shown, answer.as_of, found.question.as_of)
    named = shape.Named(found.topology, answer.as_of, known)

    def records(kind: RecordKind) -> shape.Shape:
        return shape.connection(
            first_of(lambda size, after: answer.records(kind, first=size, after=after), listed), named.record
        )

    return {
        "asOf": shape.when(answer.as_of),
        "watermark": str(answer.inputs.columns.watermark),
        "topology": f"topology:{answer.topology}",
        "atStake": [named.at_stake(each) for each in at_stake],
        "failures": [named.failure(each) for each in answer.failures],
        "headline": answer.headline,
        "assumptions": list(answer.assumptions),
        "totals": shape.totals(answer.totals),
        "breakdown": [shape.group(each) for each in impact_pages.breakdown(answer, by, None)],
        "forecast": [shape.point(each) for each in impact_pages.forecast(answer, bucket)]
        if bucket is not None
        else [],
        "elements": shape.connection(
            impact_pages.impairments(answer, None, None, None),
            lambda each: named.impairment(each, answer.path(each)),
        ),
        "orders": shape.connection(page, named.affected),
        "postings": records(RecordKind.POSTING),
        "notifications": records(RecordKind.NOTIFICATION),
        "tasks": records(RecordKind.TASK),
        "owners": [named.owner(each) for each in answer.owners],
        "playbooks": [named.playbook(key) for key in answer.playbooks],
        "absorbed": [named.absorption(each) for each in answer.absorbed],
        "residual": shape.residual(answer.residual),
        "complete": answer.complete,
        "frontier": list(answer.frontier),
    }


def csv_of(found: Answered, of: Export | None, by: Sequence[Dimension], orders: int | None) -> Rows:
    """The rows of an export, all of them or the first `orders`; or the groups of the breakdown (`of` None)."""
    if of is not None:
        return Rows(exports.columns(of), islice(exports.rows(found.answer, of), orders))
    groups = impact_pages.breakdown(found.answer, by, None)
    return Rows(
        [*(d.value.lower() for d in by), "orders", "stuck", "will_miss_promise", "value", "currency"],
        _group_rows(groups),
    )


def _group_rows(groups: Sequence[ImpactGroup]) -> Iterator[Mapping[str, object]]:
    """A row a group and currency: the counts stand in the first of a group's rows only, so that a column can be summed."""
    for each in groups:
        key = {name.lower(): value for name, value in each.key.items()}
        counts = {"orders": each.orders, "stuck": each.stuck, "will_miss_promise": each.will_miss_promise}
        for number, amount in enumerate(each.value):
            yield {
                **key,
                **(counts if number == 0 else {}),
                "value": f"{amount.amount:f}",
                "currency": amount.currency,
            }
