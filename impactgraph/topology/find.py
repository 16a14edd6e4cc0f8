"""From what somebody wrote to the full id of an element."""

from graph_models.enums import ElementKind
from graph_models.ids import full_id, split_id
from graph_models.topology import Topology
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.topology.near import nearest
from impactgraph.topology.references import either

ELEMENT_KINDS = tuple(kind.value.lower() for kind in ElementKind)


def find(topology: Topology, identifier: str, *kinds: str) -> str:
    """The full id that `kind:key`, or a bare key that fits one element of these kinds (any: none given), stands for.

    Raises NotFoundError with near ids, BadInputError where a bare key fits several.
    """
    said, key = split_id(identifier)
    allowed = kinds or ELEMENT_KINDS
    found = [
        full_id(kind, key)
        for kind in ((said,) if said else allowed)
        if kind in allowed and full_id(kind, key) in topology.elements
    ]
    if len(found) > 1:
        raise BadInputError(f"{identifier!r} may be {either(found)}: write which.")
    if not found:
        raise NotFoundError(identifier, near=near(topology, identifier, *kinds))
    return found[0]


def near(topology: Topology, identifier: str, *kinds: str, most: int = 3) -> tuple[str, ...]:
    """Full ids of elements (of these kinds, else of the kind that the id names, else of any) whose key looks like this one."""
    said, key = split_id(identifier)
    wanted = kinds or ((said,) if said in ELEMENT_KINDS else ELEMENT_KINDS)
    by_key: dict[str, str] = {}
    for each in topology.elements:
        kind, other = split_id(each)
        if kind in wanted:
            by_key.setdefault(other, each)
    return tuple(by_key[found] for found in nearest(key, by_key, most))
