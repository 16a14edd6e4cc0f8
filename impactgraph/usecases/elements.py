"""The elements of the landscape: find one, list them, follow what they need and what needs them."""

from collections.abc import Sequence

from graph_models.enums import ElementKind
from graph_models.orders import Page
from graph_models.topology import Element, Topology, id_of, kind_of
from impactgraph.errors import NotFoundError
from impactgraph.ports.store import Store
from impactgraph.topology import reach
from impactgraph.usecases.pages import Key, check_first, page, page_in_order
from impactgraph.usecases.validation import check_element, check_team, element_id

_KINDS = list(ElementKind)


def find_element(topology: Topology, identifier: str) -> Element | None:
    """By full id, the kind in either case; None where there is none."""
    return topology.elements.get(element_id(identifier))


def get_element(store: Store, identifier: str, topology: Topology) -> Element:
    """Of this topology, else of the latest version that had it. Raises NotFoundError."""
    if (found := find_element(topology, identifier)) is not None:
        return found
    for version in store.topologies():
        if (found := find_element(store.topology_version(version.key), identifier)) is not None:
            return found
    raise NotFoundError(identifier)


def list_elements(
    topology: Topology,
    *,
    kinds: Sequence[ElementKind] | None = None,
    search: str | None = None,
    owner: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[Element]:
    """By kind, then id. `search` is looked for in ids and names, whatever the case; `owner` is the bare key of a team. Raises BadInputError, NotFoundError."""
    check_first(first)
    if owner is not None:
        check_team(topology, owner)
    text = (search or "").casefold().strip()
    chosen = [
        element
        for identifier, element in topology.elements.items()
        if (kinds is None or kind_of(element) in kinds)
        and (not text or text in identifier.casefold() or text in name_of(element).casefold())
        and (owner is None or topology.owner_of(identifier) == owner)
    ]
    chosen.sort(key=_by_kind)
    return page(chosen, _by_kind, first=first, after=after)


def dependencies(
    topology: Topology,
    identifier: str,
    *,
    depth: int | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[str]:
    """Ids of what the element needs, the nearest first; `depth` 1 is what it needs directly, None all. Raises BadInputError, NotFoundError."""
    return page_in_order(
        reach.dependencies(topology, check_element(topology, identifier), depth), first=first, after=after
    )


def dependents(
    topology: Topology,
    identifier: str,
    *,
    depth: int | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[str]:
    """Ids of what needs the element, as `dependencies`."""
    return page_in_order(
        reach.dependents(topology, check_element(topology, identifier), depth), first=first, after=after
    )


def name_of(element: Element) -> str:
    """What people call it; its key where it was given no name."""
    return getattr(element, "name", "") or element.key


def _by_kind(element: Element) -> Key:
    return _KINDS.index(kind_of(element)), id_of(element)
