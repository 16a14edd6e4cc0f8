"""Claims of a token to a principal, by the rules of the access file. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from graph_models.access import ALL_ORDERS, Principal, Role, RowFilter
from impactgraph.access.config import OidcProvider, RoleClaim, RowClaim
from impactgraph.errors import NoRoleError, UnauthenticatedError
from impactgraph.tokens.check import Claims, claim_at, texts_in

_LONGEST_NAME = 200
_SHOWN_VALUES = 10
_DIMENSIONS = tuple(each.name for each in fields(RowFilter))


def principal_of(claims: Claims, provider: OidcProvider) -> Principal:
    """Raises UnauthenticatedError for a token without a subject, NoRoleError for one that gives no role,
    for one that gives no orders where the provider has `rows`, and for row filters that no single one can
    stand for.
    """
    subject = claim_at(claims, provider.subject)
    if not isinstance(subject, str) or not subject:
        raise UnauthenticatedError(
            f"The token does not say who it is about: it has no claim {provider.subject!r}."
        )
    name = claim_at(claims, provider.name)
    shown_name = (name if isinstance(name, str) and name else subject)[:_LONGEST_NAME]
    return Principal(
        f"user:{provider.issuer}#{subject}",
        shown_name,
        _roles(claims, provider.roles, shown_name),
        _rows(claims, provider.rows, shown_name) if provider.rows else ALL_ORDERS,
    )


def claims_that_count(claims: Claims, provider: OidcProvider) -> dict[str, object]:
    """Those from which `principal_of` makes the same principal: few, also for somebody in many groups."""
    claim_values: dict[str, object] = {
        path: claim_at(claims, path) for path in (provider.subject, provider.name)
    }
    mappings: list[tuple[str, Mapping[str, object]]] = [(provider.roles.claim, provider.roles.values)]
    if provider.rows:
        mappings.append((provider.rows.claim, provider.rows.values))
    for path, values in mappings:
        before = texts_in(claim_values.get(path))
        known = [text for text in texts_in(claim_at(claims, path)) if text in values and text not in before]
        if known or path not in claim_values:
            claim_values[path] = [*before, *known]
    return claim_values


def _roles(claims: Claims, mapping: RoleClaim, name: str) -> frozenset[Role]:
    values = texts_in(claim_at(claims, mapping.claim))
    roles = frozenset(role for value in values for role in mapping.values.get(value, ()))
    if roles:
        return roles
    actual = ", ".join(repr(value[:60]) for value in values[:_SHOWN_VALUES]) or "nothing"
    allowed_values = ", ".join(repr(value) for value in mapping.values)
    raise NoRoleError(
        f"{name!r} is known, but has no role here: the claim {mapping.claim!r} has {actual}, and the access "
        f"file gives roles to {allowed_values}. Ask whoever runs this server."
    )


def _rows(claims: Claims, mapping: RowClaim, name: str) -> RowFilter:
    values = [value for value in texts_in(claim_at(claims, mapping.claim)) if value in mapping.values]
    filters = {mapping.values[value] for value in values}
    if not filters:
        allowed_values = ", ".join(repr(value) for value in mapping.values)
        raise NoRoleError(
            f"{name!r} has a role here, but sees no orders: the claim {mapping.claim!r} has none of the "
            f"values to which the access file gives orders: {allowed_values}. Ask whoever runs this server; "
            "a value with `{}` shows all orders."
        )
    combination = _either_of(filters)
    if combination is None:
        raise NoRoleError(
            f"{name!r} is in {' and '.join(repr(value) for value in values)}, whose row filters differ in "
            "more than one dimension, so that no filter shows the orders of both and no others. Ask whoever "
            "runs this server."
        )
    return combination


def _either_of(filters: Iterable[RowFilter]) -> RowFilter | None:
    """The filter that shows what any of these shows; None: there is none that shows no more than that."""
    first, *others = sorted(filters, key=repr)
    for other in others:
        if first.shows_everything or other.shows_everything:
            return ALL_ORDERS
        different = [name for name in _DIMENSIONS if getattr(first, name) != getattr(other, name)]
        if len(different) > 1:
            return None
        for name in different:
            lists: tuple[tuple[str, ...], tuple[str, ...]] = getattr(first, name), getattr(other, name)
            either = tuple(sorted({*lists[0], *lists[1]})) if all(lists) else ()
            first = replace(first, **{name: either})
    return first
