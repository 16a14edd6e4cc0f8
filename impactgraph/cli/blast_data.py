"""A blast radius for programs: as JSON with GraphQL's names, or as rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from graph_models.enums import Dimension, RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord, ForecastPoint, ImpactGroup
from graph_models.impairment import Impairment
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.cli.blast_answer import BlastAnswer
from impactgraph.cli.encode import Encoder, Json, amount_text, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.errors import BadInputError, Problem
from impactgraph.usecases import exports, impact_pages
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.contributions import contributions
from impactgraph.usecases.cost_of_delay import DelayCosts
from impactgraph.usecases.exports import Export
from impactgraph.usecases.impact_summary import impact_summaries
from impactgraph.usecases.orders import get_orders
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.single_failures import owner_shares

T = TypeVar("T")

GROUPS = "groups"
_KIND_KEYS = {RecordKind.POSTING: "amount", RecordKind.TASK: "location"}
"""The JSON key that only records of one kind have."""


@dataclass(frozen=True)
class BlastLayout:
    """How much of a blast radius is printed, and by what it is broken down."""

    dimensions: Sequence[Dimension]
    orders: int
    """Number of affected orders, and of each kind of records."""
    bucket: Millis | None = None
    """Length of the forecast's intervals; None: no forecast."""


def parse_export(of: str, orders: int | None) -> Export | None:
    """What the rows are; None: groups. Raises BadInputError, also for a negative number of orders."""
    problems: list[Problem] = []
    if orders is not None and orders < 0:
        problems.append(Problem(f"--orders is {orders}; give 0 or more."))
    available = [*(each.value for each in Export), GROUPS]
    if of not in available:
        problems.append(Problem(f"--of is {of!r}; give one of {', '.join(available)}."))
    if problems:
        raise BadInputError(*problems)
    return None if of == GROUPS else Export(of)


def affected_orders(blast: BlastAnswer, size: int) -> Page[AffectedOrder]:
    """The first orders, as one page."""
    return _first(lambda first, after: blast.answer.orders(first=first, after=after), size)


def _first(ask: Callable[[int, str | None], Page[T]], size: int) -> Page[T]:
    """The first `size` items of a list that `ask` (size, cursor) returns page by page."""
    page = ask(max(1, min(size, MOST)), None)
    if size == 0:
        return Page((), (), page.total_count, has_next=page.total_count > 0)
    items = list(page.items)
    cursors = list(page.cursors)
    while page.has_next and len(items) < size:
        page = ask(min(size - len(items), MOST), cursors[-1])
        items += page.items
        cursors += page.cursors
    return Page(tuple(items), tuple(cursors), page.total_count, has_next=page.has_next)


def blast_json(blast: BlastAnswer, layout: BlastLayout) -> Json:
    """GraphQL's BlastRadius; its pages have the first `layout.orders` items."""
    answer = blast.answer
    page = affected_orders(blast, layout.orders)
    summaries = impact_summaries(blast.snapshot, answer_question, answer)
    keys = [
        *(each.order for each in page.items),
        *(each.oldest_order for each in summaries if each.oldest_order),
        *(each.oldest_order for each in (*answer.unanswered, *answer.awaiting_replay)),
    ]
    orders = get_orders(blast.snapshot, keys)
    encoder = Encoder(answer.as_of, blast.topology, orders=orders)

    def records(kind: RecordKind) -> Json:
        first = _first(lambda size, after: answer.records(kind, first=size, after=after), layout.orders)
        return encoder.connection(first, lambda record: _record_json(record, encoder))

    def impairment(each: Impairment) -> Json:
        return encoder.encode(each) | {"path": encoder.encode(answer.path(each))}

    bucket = layout.bucket
    costs = DelayCosts(answer)
    encoded_summaries = encoder.encode(summaries)
    return {
        "asOf": iso_moment(answer.as_of),
        "watermark": str(answer.watermark),
        "topology": f"topology:{answer.topology_version}",
        "impactSummary": encoded_summaries,
        "atStake": encoded_summaries,
        "failures": encoder.encode(answer.failures),
        "headline": answer.headline,
        "assumptions": encoder.encode(answer.assumptions),
        "totals": encoder.encode(answer.totals),
        "recordCauses": encoder.encode(answer.record_causes),
        "toCome": encoder.encode(answer.to_come),
        "breakdown": encoder.encode(_groups(blast, layout)),
        "forecast": encoder.encode(_points(blast, bucket)) if bucket is not None else [],
        "contributions": encoder.encode(contributions(blast.snapshot, answer_question, answer)),
        "costOfDelay": encoder.encode(costs.points(blast.snapshot, None)),
        "delaySentence": costs.sentence(blast.snapshot, None),
        "elements": encoder.connection(impact_pages.impairments(answer, None, None, None), impairment),
        "orders": encoder.encode(page),
        "postings": records(RecordKind.POSTING),
        "notifications": records(RecordKind.NOTIFICATION),
        "tasks": records(RecordKind.TASK),
        "owners": encoder.encode(owner_shares(blast.snapshot, answer_question, answer)),
        "playbooks": encoder.playbooks(answer.playbooks),
        "absorbed": encoder.encode(answer.absorbed),
        "residual": encoder.encode(answer.residual),
        "complete": answer.complete,
        "leftOut": list(answer.left_out),
        "unanswered": encoder.encode(answer.unanswered),
        "awaitingReplay": encoder.encode(answer.awaiting_replay),
        "frontier": list(answer.frontier),
    }


def _groups(blast: BlastAnswer, layout: BlastLayout) -> list[ImpactGroup]:
    """With their estimates."""
    groups = impact_pages.breakdown(blast.answer, layout.dimensions, None)
    estimates = blast.answer.group_estimates(layout.dimensions)
    return [replace(group, estimates=of) for group, of in zip(groups, estimates, strict=True)]


def _points(blast: BlastAnswer, bucket: Millis) -> list[ForecastPoint]:
    """With their estimates."""
    points = impact_pages.forecast(blast.answer, bucket)
    estimates = blast.answer.forecast_estimates(bucket)
    return [replace(point, estimates=of) for point, of in zip(points, estimates, strict=True)]


def _record_json(record: AffectedRecord, encoder: Encoder) -> Json:
    """GraphQL's AffectedPosting, AffectedNotification or AffectedTask."""
    other_keys = {*_KIND_KEYS.values()} - {_KIND_KEYS.get(record.kind)}
    return {key: value for key, value in encoder.encode(record).items() if key not in other_keys}


def export_rows(blast: BlastAnswer, export: Export, size: int | None) -> Rows:
    """The rows of an export: all of them, or the first `size`."""
    return Rows(exports.columns(export), islice(exports.rows(blast.answer, export), size))


def group_rows(blast: BlastAnswer, dimensions: Sequence[Dimension]) -> Rows:
    """The groups of the breakdown: a row for each group and currency."""
    groups = impact_pages.breakdown(blast.answer, dimensions, None)
    names = (dimension.value.lower() for dimension in dimensions)
    return Rows([*names, "orders", "stuck", "will_miss_promise", "value", "currency"], _group_rows(groups))


def _group_rows(groups: Sequence[ImpactGroup]) -> Iterator[Mapping[str, object]]:
    """The counts are only in the first of a group's rows, so that a column can be summed."""
    for group in groups:
        key = {name.lower(): value for name, value in group.key.items()}
        counts = {
            "orders": group.orders,
            "stuck": group.stuck,
            "will_miss_promise": group.will_miss_promise,
        }
        for number, amount in enumerate(group.value):
            yield {
                **key,
                **(counts if number == 0 else {}),
                "value": amount_text(amount),
                "currency": amount.currency,
            }
