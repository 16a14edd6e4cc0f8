"""Search over orders, fulfillments, document numbers, external ids, failures and elements."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.ids import full_id
from graph_models.topology import Topology, kind_of
from impactgraph.errors import BadInputError
from impactgraph.ports.search import OrderNumber, SearchMatch
from impactgraph.ports.store import Store
from impactgraph.topology.near import nearest
from impactgraph.usecases.elements import name_of
from impactgraph.usecases.orders import current_topology
from impactgraph.usecases.pages import check_first
from impactgraph.usecases.search_text import Identifier, SearchText, number_in

DEFAULT = 20
_EXACT, _NUMBER, _BEGINNING, _WORDS, _NEAR = range(5)
"""Ranks of a match, the best first."""
_OF_ORDERS = ("order", "fulfillment")
_POSSIBLE = (
    "the id of an order or fulfillment, its number alone, an external id of the order, or the document "
    "number of a posting"
)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`id`: the full id of the object; for a document number or an external id that of its order."""

    id: str
    match_text: str
    """The part that matches, such as `order O-1001` or `invoice RE-4711`."""
    order: str | None = None
    """Bare key of the order, where it is one or belongs to one."""
    fulfillment: str | None = None
    """Bare key of the fulfillment that fits, or has the document that does."""


Ranked = tuple[int, SearchResult]


def search(store: Store, text: str, first: int | None = None) -> list[SearchResult]:
    """Exact ids first, then numbers of orders, then ids and names that begin with the text, then those with
    all its words; near matches only where there is nothing else.

    Of a pasted text (a phrase, the address of a page, an id with spaces in it) the ids that it names.

    Raises: BadInputError for an empty or too long text, and for e-mail addresses and phone numbers that
    name nothing.
    """
    size = DEFAULT if first is None else check_first(first)
    topology = current_topology(store)
    query = SearchText(text)
    ranking = _ranking(store, topology, query, size)
    if not ranking:
        near_ids = _near(topology, query.key)
        ranking = [(_NEAR, SearchResult(near, near.replace(":", " ", 1))) for near in near_ids]
    return _results(ranking)[:size]


def best_orders(store: Store, query: SearchText, first: int) -> tuple[list[SearchResult], bool]:
    """Those results of `search` that are orders or belong to one, and fit best: one for each order; and
    whether they fit as a whole, not only begin with the text or contain it.

    Raises as `search` does.
    """
    ranking = [match for match in _ranking(store, None, query, first) if match[1].order is not None]
    best = min((rank for rank, _ in ranking), default=_NEAR)
    by_order: dict[str | None, SearchResult] = {}
    for result in _results([each for each in ranking if each[0] == best]):
        by_order.setdefault(result.order, result)
    return list(by_order.values())[:first], best <= _NUMBER


def find_fulfillment(store: Store, key: str) -> list[SearchResult]:
    """By bare key; none or one."""
    return [
        hit
        for match in store.find(key, DEFAULT)
        if match.fulfillment == key
        for _, hit in _results_of(match, key, "fulfillment")
    ][:1]


def _results(ranking: list[Ranked]) -> list[SearchResult]:
    """The best of each object, the best first."""
    ranking.sort(key=lambda each: each[0])
    return list({hit.id: hit for _, hit in reversed(ranking)}.values())[::-1]


def _ranking(store: Store, topology: Topology | None, query: SearchText, size: int) -> list[Ranked]:
    """What the first reading of the text that names something names; `topology` None: only orders."""
    failures = store.failures() if topology is not None else ()

    def by_id(kind: str, key: str) -> Iterator[Ranked]:
        if topology is not None:
            yield from _elements(topology, kind, key)
            yield from _failures(failures, kind, key)
        if kind in ("", *_OF_ORDERS):
            yield from _matches(store.find(key, size), key, kind)
            if (number := number_in(key)) is not None:
                yield from _matches(store.find_number(number, size), key, kind, number)

    def inside(kind: str, key: str) -> Iterator[Ranked]:
        if kind in ("", *_OF_ORDERS):
            yield from _matches(store.find(key, size, inside=True), key, kind)

    if ranking := _first_ranking(query.groups, by_id):
        return ranking
    if (contact := query.contact) is not None:
        raise BadInputError(
            f"{query.text!r} looks like {'an' if contact[0] == 'e' else 'a'} {contact}: orders are not "
            f"found by it, since customers' contact data are not searched. Search by {_POSSIBLE}."
        )
    return _first_ranking(query.groups, inside)


def _first_ranking(
    groups: Iterable[Sequence[Identifier]], find: Callable[[str, str], Iterable[Ranked]]
) -> list[Ranked]:
    """The matches of the first group that has some."""
    for group in groups:
        if ranking := [match for kind, key in group for match in find(kind, key)]:
            return ranking
    return []


def _matches(
    matches: Iterable[SearchMatch], text: str, kind: str, number: OrderNumber | None = None
) -> Iterator[Ranked]:
    for match in matches:
        for rank, result in _results_of(match, text, kind):
            yield (_NUMBER if number is not None and rank != _EXACT else rank), result


def _results_of(match: SearchMatch, text: str, kind: str) -> Iterator[Ranked]:
    if match.document is not None:
        if not kind:
            name = match.record.replace("_", " ") if match.fulfillment is None else match.record
            hit = SearchResult(
                full_id("order", match.order),
                f"{name or 'document'} {match.document}",
                match.order,
                match.fulfillment,
            )
            yield _rank(match.document, text), hit
    elif match.fulfillment is not None:
        if kind != "order" or match.fulfillment.casefold() == text.casefold():
            yield (
                _rank(match.fulfillment, text),
                SearchResult(
                    full_id("fulfillment", match.fulfillment),
                    f"fulfillment {match.fulfillment}",
                    match.order,
                    match.fulfillment,
                ),
            )
    elif kind != "fulfillment":
        yield (
            _rank(match.order, text),
            SearchResult(full_id("order", match.order), f"order {match.order}", match.order),
        )


def _elements(topology: Topology, kind: str, text: str) -> Iterator[Ranked]:
    for identifier, element in topology.elements.items():
        if kind and kind != kind_of(element).value.lower():
            continue
        rank = _fit(text, identifier.partition(":")[2], name_of(element))
        if rank is not None:
            yield rank, SearchResult(identifier, f"{identifier.replace(':', ' ', 1)}")


def _failures(failures: Sequence[Failure], kind: str, text: str) -> Iterator[Ranked]:
    """The newest first among those that fit equally."""
    for failure in reversed(failures) if kind in ("", "failure") else ():
        rank = _fit(text, failure.key, failure.summary)
        if rank is not None:
            yield rank, SearchResult(failure.id, f"failure {failure.key}")


def _fit(text: str, key: str, name: str) -> int | None:
    text, key, name = text.casefold(), key.casefold(), name.casefold()
    if text in (key, name):
        return _EXACT
    if key.startswith(text) or name.startswith(text):
        return _BEGINNING
    everything = f"{key} {name}"
    return _WORDS if all(word in everything for word in text.split()) else None


def _rank(key: str, text: str) -> int:
    key, text = key.casefold(), text.casefold()
    if key == text:
        return _EXACT
    return _BEGINNING if key.startswith(text) else _NEAR


def _near(topology: Topology, text: str) -> Iterator[str]:
    """Ids of elements whose key or name looks like the text."""
    id_by_name = {
        name: identifier
        for identifier, element in topology.elements.items()
        for name in (identifier.partition(":")[2], name_of(element))
    }
    yield from dict.fromkeys(id_by_name[name] for name in nearest(text, id_by_name, 5))
