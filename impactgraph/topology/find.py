"""Resolution of a reference (full id or bare key) to the full id of an element."""

from graph_models.enums import ElementKind
from graph_models.ids import full_id, split_id
from graph_models.topology import Topology
from impactgraph.errors import BadInputError, NotFoundError
from impactgraph.topology.near import nearest
from impactgraph.topology.references import either

ELEMENT_KINDS = tuple(kind.value.lower() for kind in ElementKind)


def find(topology: Topology, identifier: str, *kinds: str) -> str:
    """Returns the full id of `kind:key`, or of a bare key of an element of these kinds (none: of any kind).

    Raises: NotFoundError with near ids, BadInputError where a bare key is ambiguous.
    """
    prefix, key = split_id(identifier)
    expected_kinds = kinds or ELEMENT_KINDS
    matches = [
        full_id(kind, key)
        for kind in ((prefix,) if prefix else expected_kinds)
        if kind in expected_kinds and full_id(kind, key) in topology.elements
    ]
    if len(matches) > 1:
        raise BadInputError(f"{identifier!r} may be {either(matches)}: write which.")
    if not matches:
        raise NotFoundError(identifier, near=near(topology, identifier, *kinds))
    return matches[0]


def near(topology: Topology, identifier: str, *kinds: str, most: int = 3) -> tuple[str, ...]:
    """Returns full ids of elements with similar keys: of these kinds, else of the kind in the id, else of any
    kind.
    """
    prefix, key = split_id(identifier)
    expected_kinds = kinds or ((prefix,) if prefix in ELEMENT_KINDS else ELEMENT_KINDS)
    by_key: dict[str, str] = {}
    for each in topology.elements:
        kind, other = split_id(each)
        if kind in expected_kinds:
            by_key.setdefault(other, each)
    return tuple(by_key[similar] for similar in nearest(key, by_key, most))
