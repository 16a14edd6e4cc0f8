"""Search over orders, fulfillments, document numbers, failures and elements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.ids import full_id, split_id
from graph_models.topology import Topology, kind_of
from impactgraph.errors import BadInputError
from impactgraph.ports.store import SearchMatch, Store
from impactgraph.topology.near import nearest
from impactgraph.usecases.elements import name_of
from impactgraph.usecases.orders import current_topology
from impactgraph.usecases.pages import check_first

LONGEST = 200
DEFAULT = 20
_EXACT, _BEGINNING, _WORDS, _NEAR = range(4)
"""Ranks of a match, the best first."""
_OF_ORDERS = ("order", "fulfillment")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`id`: the full id of the object; for a document number that of its order."""

    id: str
    match_text: str
    """The part that matches, such as `order O-1001` or `invoice RE-4711`."""
    order: str | None = None
    """Bare key of the order, where it is one or belongs to one."""
    fulfillment: str | None = None
    """Bare key of the fulfillment that fits, or has the document that does."""


def search(store: Store, text: str, first: int | None = None) -> list[SearchResult]:
    """Exact ids first, then ids and names that begin with the text, then those with all its words; near
    matches only where there is nothing else.

    Raises: BadInputError for an empty or too long text.
    """
    size = DEFAULT if first is None else check_first(first)
    kind, key = split_id(text.strip())
    if not key or len(key) > LONGEST:
        raise BadInputError(f"text must have 1 to {LONGEST} characters, such as the number of an order.")
    topology = current_topology(store)
    ranking = [*_elements(topology, kind, key), *_failures(store.failures(), kind, key)]
    if kind in ("", *_OF_ORDERS):
        ranking += [hit for match in store.find(key, size) for hit in _results_of(match, key, kind)]
    if not ranking and kind in ("", "order"):
        ranking += [
            hit for match in store.find(key, size, inside=True) for hit in _results_of(match, key, kind)
        ]
    if not ranking:
        ranking = [(_NEAR, SearchResult(near, near.replace(":", " ", 1))) for near in _near(topology, key)]
    ranking.sort(key=lambda each: each[0])
    return list({hit.id: hit for _, hit in reversed(ranking)}.values())[::-1][:size]


def find_fulfillment(store: Store, key: str) -> list[SearchResult]:
    """By bare key; none or one."""
    return [
        hit
        for match in store.find(key, DEFAULT)
        if match.fulfillment == key
        for _, hit in _results_of(match, key, "fulfillment")
    ][:1]


def _results_of(match: SearchMatch, text: str, kind: str) -> Iterator[tuple[int, SearchResult]]:
    if match.document is not None:
        if not kind:
            hit = SearchResult(
                full_id("order", match.order),
                f"{match.record or 'document'} {match.document}",
                match.order,
                match.fulfillment,
            )
            yield _rank(match.document, text), hit
    elif match.fulfillment is not None:
        if kind != "order":
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


def _elements(topology: Topology, kind: str, text: str) -> Iterator[tuple[int, SearchResult]]:
    for identifier, element in topology.elements.items():
        if kind and kind != kind_of(element).value.lower():
            continue
        rank = _fit(text, identifier.partition(":")[2], name_of(element))
        if rank is not None:
            yield rank, SearchResult(identifier, f"{identifier.replace(':', ' ', 1)}")


def _failures(failures: Sequence[Failure], kind: str, text: str) -> Iterator[tuple[int, SearchResult]]:
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
