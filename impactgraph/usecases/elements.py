"""Elements of the topology: look-up, list, dependencies and dependents."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import cast

from graph_models.enums import ElementKind
from graph_models.orders import Page
from graph_models.playbooks import LanguageTexts
from graph_models.topology import Element, Topology, id_of, kind_of
from impactgraph.errors import NotFoundError
from impactgraph.ports.store import Store
from impactgraph.topology import reach
from impactgraph.usecases.pages import Key, check_first, page, page_in_order
from impactgraph.usecases.validation import check_element, check_team, element_id

EMPTY: tuple[object, ...] = (None, "", [], {})
"""Values of fields that are not declared."""
_KINDS = list(ElementKind)


def find_element(topology: Topology, identifier: str) -> Element | None:
    """The element by full id, its kind in any case; None where it does not exist."""
    return topology.elements.get(element_id(identifier))


def get_element(store: Store, identifier: str, topology: Topology) -> Element:
    """The element of this topology, else of the latest version that had it. Raises NotFoundError."""
    if (element := find_element(topology, identifier)) is not None:
        return element
    for version in store.topologies():
        if (element := find_element(store.topology_version(version.key), identifier)) is not None:
            return element
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
    """A page of elements, by kind, then id.

    `search`: part of an id or name, ignoring case; `owner`: bare key of a team.

    Raises: BadInputError for a bad page, NotFoundError for an unknown team.
    """
    check_first(first)
    if owner is not None:
        check_team(topology, owner)
    text = (search or "").casefold().strip()
    matches = [
        element
        for identifier, element in topology.elements.items()
        if (kinds is None or kind_of(element) in kinds)
        and (not text or text in identifier.casefold() or text in name_of(element).casefold())
        and (owner is None or topology.owner_of(identifier) == owner)
    ]
    matches.sort(key=_by_kind)
    return page(matches, _by_kind, first=first, after=after)


def dependencies(
    topology: Topology,
    identifier: str,
    *,
    depth: int | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[str]:
    """Ids of the elements that this one depends on, the nearest first.

    `depth`: 1 for direct dependencies only, None for all.

    Raises: BadInputError for a bad page, NotFoundError for an unknown element.
    """
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
    """Ids of the elements that depend on this one, as `dependencies`."""
    return page_in_order(
        reach.dependents(topology, check_element(topology, identifier), depth), first=first, after=after
    )


def name_of(element: Element) -> str:
    """Display name of the element; its key where it has none."""
    return getattr(element, "name", "") or element.key


def _by_kind(element: Element) -> Key:
    return _KINDS.index(kind_of(element)), id_of(element)


def contact_name(topology: Topology, contact: str) -> str:
    """The name of a team (by full id or bare key), or the contact as it was written."""
    team = topology.teams.get(contact.removeprefix("team:"))
    return (team.name or team.key) if team is not None else contact


def as_json(value: object) -> object:
    """A value of the model as JSON: without empty fields, durations in milliseconds."""
    if isinstance(value, tuple | list):
        return [as_json(item) for item in cast("Sequence[object]", value)]
    if isinstance(value, LanguageTexts):
        return value.plain or dict(value.by_language)
    if is_dataclass(value):
        values = {each.name: as_json(getattr(value, each.name)) for each in fields(value)}
        return {name: item for name, item in values.items() if item not in EMPTY}
    return value


def declared_json(value: object) -> object | None:
    """As `as_json`; None for what is not declared."""
    json_value = as_json(value)
    return None if json_value in EMPTY else json_value
