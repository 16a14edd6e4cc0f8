"""A blast radius for programs: as JSON with GraphQL's names, or as rows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

from graph_models.enums import Dimension, RecordKind
from graph_models.impact import AffectedRecord, AwaitingReplay, ForecastPoint, ImpactGroup, Unanswered
from graph_models.impairment import Impairment
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.cli.blast_answer import BlastAnswer
from impactgraph.cli.blast_layout import BlastLayout
from impactgraph.cli.encode import Encoder, Json, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.errors import BadInputError, Problem
from impactgraph.usecases import exports, impact_pages
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.contributions import contributions
from impactgraph.usecases.cost_of_delay import DelayCosts
from impactgraph.usecases.exports import Export
from impactgraph.usecases.impact_summary import ImpactSummary, impact_summaries
from impactgraph.usecases.orders import get_orders
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.single_failures import owner_shares

T = TypeVar("T")

GROUPS = "groups"
_KIND_KEYS = {RecordKind.POSTING: "amount", RecordKind.TASK: "location"}
"""The JSON key that only records of one kind have."""


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


def blast_json(blast: BlastAnswer, layout: BlastLayout, parts: Collection[str] | None = None) -> Json:
    """GraphQL's BlastRadius with these fields (None: all); its pages have the first `layout.orders` items."""
    fields = _BlastFields(blast, layout).fields()
    return {name: field() for name, field in fields.items() if parts is None or name in parts}


@dataclass(frozen=True)
class _BlastFields:
    blast: BlastAnswer
    layout: BlastLayout

    def fields(self) -> dict[str, Callable[[], object]]:
        """The fields in their order, each computed when it is called."""
        answer = self.blast.answer
        encode = self._encoder.encode
        snapshot, costs = self.blast.snapshot, DelayCosts(answer)
        return {
            "asOf": lambda: iso_moment(answer.as_of),
            "watermark": lambda: str(answer.watermark),
            "topology": lambda: f"topology:{answer.topology_version}",
            "impactSummary": lambda: self._summaries,
            "atStake": lambda: self._summaries,
            "failures": lambda: encode(answer.failures),
            "headline": lambda: answer.headline,
            "assumptions": lambda: encode(answer.assumptions),
            "totals": lambda: encode(answer.totals),
            "recordCauses": lambda: encode(answer.record_causes),
            "toCome": lambda: encode(answer.to_come),
            "breakdown": lambda: encode(_groups(self.blast, self.layout)),
            "forecast": self._forecast,
            "contributions": lambda: encode(contributions(snapshot, answer_question, answer)),
            "costOfDelay": lambda: encode(costs.points(snapshot, None)),
            "delaySentence": lambda: costs.sentence(snapshot, None),
            "elements": self._elements,
            "orders": self._orders,
            "postings": lambda: self._records(RecordKind.POSTING),
            "notifications": lambda: self._records(RecordKind.NOTIFICATION),
            "tasks": lambda: self._records(RecordKind.TASK),
            "owners": lambda: encode(owner_shares(snapshot, answer_question, answer)),
            "playbooks": lambda: self._encoder.playbooks(answer.playbooks),
            "absorbed": lambda: encode(answer.absorbed),
            "residual": lambda: encode(answer.residual),
            "complete": lambda: answer.complete,
            "leftOut": lambda: list(answer.left_out),
            "unanswered": lambda: self._with_orders(answer.unanswered, _oldest(answer.unanswered)),
            "awaitingReplay": lambda: self._with_orders(
                answer.awaiting_replay, _oldest(answer.awaiting_replay)
            ),
            "frontier": lambda: list(answer.frontier),
        }

    @cached_property
    def _encoder(self) -> Encoder:
        """Has no orders."""
        failures = {failure.key: failure for failure in self.blast.snapshot.failures}
        return Encoder(self.blast.answer.as_of, self.blast.topology, failures=failures)

    def _with_orders(self, value: object, orders: Iterable[str | None]) -> Any:
        """The JSON of a value that refers to these orders by bare key."""
        keys = [key for key in orders if key]
        orders_by_key = get_orders(self.blast.snapshot, keys) if keys else {}
        failures = {failure.key: failure for failure in self.blast.snapshot.failures}
        encoder = Encoder(
            self.blast.answer.as_of, self.blast.topology, orders=orders_by_key, failures=failures
        )
        return encoder.encode(value)

    def _orders(self) -> Json:
        answer = self.blast.answer
        page = _first(lambda first, after: answer.orders(first=first, after=after), self.layout.orders)
        return self._with_orders(page, (each.order for each in page.items))

    @cached_property
    def _summaries(self) -> list[Json]:
        summaries = impact_summaries(self.blast.snapshot, answer_question, self.blast.answer)
        return self._with_orders(summaries, _oldest(summaries))

    def _forecast(self) -> Json:
        bucket = self.layout.bucket
        return self._encoder.encode(_points(self.blast, bucket) if bucket is not None else ())

    def _records(self, kind: RecordKind) -> Json:
        answer = self.blast.answer
        page = _first(lambda size, after: answer.records(kind, first=size, after=after), self.layout.orders)
        return self._encoder.connection(page, lambda record: _record_json(record, self._encoder))

    def _elements(self) -> Json:
        answer = self.blast.answer

        def impairment(each: Impairment) -> Json:
            return self._encoder.encode(each) | {"path": self._encoder.encode(answer.path(each))}

        return self._encoder.connection(impact_pages.impairments(answer, None, None, None), impairment)


def _oldest(groups: Iterable[ImpactSummary | Unanswered | AwaitingReplay]) -> list[str | None]:
    """Bare keys of their oldest orders."""
    return [each.oldest_order for each in groups]


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


def group_rows(groups: Sequence[Json], dimensions: Sequence[Dimension]) -> Rows:
    """The groups of the breakdown: a row for each group and currency."""
    names = (dimension.value.lower() for dimension in dimensions)
    return Rows([*names, "orders", "stuck", "will_miss_promise", "value", "currency"], _group_rows(groups))


def _group_rows(groups: Sequence[Json]) -> Iterator[Mapping[str, object]]:
    """The counts are only in the first of a group's rows, so that a column can be summed."""
    for group in groups:
        key = {name.lower(): value for name, value in group["key"].items()}
        counts = {
            "orders": group["orders"],
            "stuck": group["stuck"],
            "will_miss_promise": group["willMissPromise"],
        }
        for number, amount in enumerate(group["value"]):
            yield {
                **key,
                **(counts if number == 0 else {}),
                "value": amount["amount"],
                "currency": amount["currency"],
            }
