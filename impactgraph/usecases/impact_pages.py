"""Pages of a blast radius, with validated arguments. Each raises BadInputError for a bad page."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.enums import Dimension, ElementKind, RecordEffect, RecordKind
from graph_models.impact import AffectedOrder, AffectedRecord, Explanation, ForecastPoint, ImpactGroup
from graph_models.impairment import Impairment
from graph_models.orders import ANY_ORDER, Page
from graph_models.time import MINUTE, Millis
from graph_models.topology import Topology
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.ports.store import Store
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.impairment_list import ImpairmentList
from impactgraph.usecases.orders import OrderQuery
from impactgraph.usecases.paged_answer import PagedAnswer
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.validation import check_element, check_filter, check_types


def orders(store: Store, answer: Answer, topology: Topology, query: OrderQuery) -> Page[AffectedOrder]:
    """Affected orders. Raises NotFoundError for an unknown id in the filter."""
    size = check_first(query.first)
    check_filter(store, topology, query.where)
    where = None if query.where == ANY_ORDER else query.where
    return answer.orders(where, query.sort, size, query.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """Kind, types, effects, size (None: the default) and cursor of a page of affected records."""

    kind: RecordKind
    types: Sequence[str] | None = None
    effects: Sequence[RecordEffect] | None = None
    first: int | None = None
    after: str | None = None


def records(store: Store, answer: Answer, query: RecordQuery) -> Page[AffectedRecord]:
    """Affected records. Raises NotFoundError for an unknown type."""
    size = check_first(query.first)
    if query.types is not None:
        with store.columns() as columns:
            check_types(columns, answer.topology, query.types)
    return answer.records(query.kind, query.types, query.effects, size, query.after)


def residual_orders(answer: Answer, first: int | None, after: str | None) -> Page[AffectedOrder]:
    return answer.residual_orders(check_first(first), after)


def impairments(
    answer: Answer | PagedAnswer,
    kinds: Sequence[ElementKind] | None,
    first: int | None,
    after: str | None,
    ids: Sequence[str] | None = None,
) -> Page[Impairment]:
    """By element, then window. Raises NotFoundError for an id that the topology has not."""
    size = check_first(first)
    topology = answer.topology
    elements = None if ids is None else frozenset(check_element(topology, identifier) for identifier in ids)
    if isinstance(answer, PagedAnswer):
        return answer.impairment_page(kinds, elements, size, after)
    return ImpairmentList.of(answer.elements(kinds), elements).page(size, after)


def breakdown(answer: Answer, by: Sequence[Dimension], first: int | None) -> tuple[ImpactGroup, ...]:
    """All groups where `first` is None."""
    if not by:
        raise BadInputError("by is empty: name at least one dimension, such as CHANNEL.")
    if len(set(by)) < len(by):
        raise BadInputError("by names a dimension twice.")
    return answer.breakdown(by, first if first is None else check_first(first))


def forecast(answer: Answer, bucket: Millis) -> tuple[ForecastPoint, ...]:
    if bucket < MINUTE:
        raise BadInputError("bucket is shorter than a minute; give a duration such as PT15M or PT1H.")
    return answer.forecast(bucket)


def explain(store: Store, answer: Answer, order: str, as_of: Millis | None) -> Explanation:
    """By bare key. Raises NotFoundError."""
    if not store.orders([order], as_of):
        raise NotFoundError(f"order:{order}")
    return answer.explain(order)
