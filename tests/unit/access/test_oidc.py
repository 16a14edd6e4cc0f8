"""Tokens to principals: roles and row filters from claims, by the access file."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.access import ALL_ORDERS, Principal, Role, RowFilter
from impactgraph.access.claims import claims_that_count, principal_of
from impactgraph.access.config import OidcProvider, RoleClaim, RowClaim
from impactgraph.access.oidc import OidcVerifier
from impactgraph.errors import NoRoleError, UnauthenticatedError
from impactgraph.tokens.provider import Provider
from tests.functional.http.shop import NOW
from tests.own_loop import run_apart
from tests.signing import AUDIENCE, ISSUER, MemoryProvider, claims_of, signed

ROLES = {
    "oncall": (Role.RESPONDER,),
    "desk-de": (Role.SERVICE_DESK,),
    "desk-fr": (Role.SERVICE_DESK,),
    "brand-a": (Role.VIEWER,),
    "leads": (Role.RESPONDER, Role.ARCHITECT),
}
ROWS = {
    "oncall": ALL_ORDERS,
    "leads": ALL_ORDERS,
    "desk-de": RowFilter(regions=("DE",)),
    "desk-fr": RowFilter(regions=("FR",)),
    "brand-a": RowFilter(brands=("A",)),
}
CONFIG = OidcProvider(ISSUER, AUDIENCE, roles=RoleClaim("groups", ROLES), rows=RowClaim("groups", ROWS))


def of_groups(*groups: str, config: OidcProvider = CONFIG) -> Principal:
    return principal_of(claims_of(groups=list(groups)), config)


def verify(token: str) -> Principal | None:
    provider = Provider(ISSUER, fetch=MemoryProvider().fetch, clock=lambda: 0.0)
    return run_apart(OidcVerifier(CONFIG, now=lambda: NOW, provider=provider).verify_token(token))


def test_a_valid_token_says_who_sends_a_request() -> None:
    assert verify(signed(claims_of())) == Principal(f"user:{ISSUER}#u-1", "ada", frozenset({Role.RESPONDER}))


@pytest.mark.parametrize(
    "token", ["ig_3f9c_secret", "", "a.b.c", signed(claims_of(iss="https://else.example.com"))]
)
def test_what_is_no_token_of_the_provider_is_left_to_others(token: str) -> None:
    assert verify(token) is None


def test_an_invalid_token_of_the_provider_is_refused() -> None:
    with pytest.raises(UnauthenticatedError):
        verify(signed(claims_of(aud="other")))


def test_several_values_add_their_roles() -> None:
    assert of_groups("leads", "desk-de").roles == {Role.RESPONDER, Role.ARCHITECT, Role.SERVICE_DESK}


@pytest.mark.parametrize("groups", [[], ["other"], None, 7, {"oncall": True}, [["oncall"], None]])
def test_claims_that_give_no_role_are_refused_with_what_is_there_and_what_would_help(groups: Any) -> None:
    with pytest.raises(
        NoRoleError, match=r"'ada' is known, but has no role here: .*'groups' has .*'oncall'"
    ) as error:
        principal_of(claims_of(groups=groups), CONFIG)

    assert error.value.code == "FORBIDDEN"


def test_values_that_no_mapping_names_give_nothing() -> None:
    assert of_groups("desk-de", "admin", "all-orders") == of_groups("desk-de")


def test_one_value_in_place_of_a_list_counts() -> None:
    assert principal_of(claims_of(groups="desk-de"), CONFIG) == of_groups("desk-de")


@pytest.mark.parametrize(
    ("groups", "rows"),
    [
        (["oncall"], ALL_ORDERS),
        (["desk-de"], RowFilter(regions=("DE",))),
        (["desk-de", "desk-fr"], RowFilter(regions=("DE", "FR"))),
        (["oncall", "desk-de"], ALL_ORDERS),
    ],
)
def test_orders_are_those_of_any_of_the_values(groups: list[str], rows: RowFilter) -> None:
    assert of_groups(*groups).rows == rows


@pytest.mark.parametrize("regions", [None, [], ["fr"], 7, {"de": True}])
def test_claims_that_give_a_role_and_no_orders_are_refused_where_the_provider_has_rows(regions: Any) -> None:
    rows = RowClaim("regions", {"de": RowFilter(regions=("DE",)), "all": ALL_ORDERS})
    config = replace(CONFIG, rows=rows)

    with pytest.raises(NoRoleError, match=r"'ada' .* sees no orders: the claim 'regions' .*'de', 'all'"):
        principal_of(claims_of(groups=["oncall"], regions=regions), config)


def test_all_orders_are_shown_without_rows() -> None:
    assert of_groups("desk-de", config=replace(CONFIG, rows=None)).rows == ALL_ORDERS


def test_row_filters_that_no_single_one_stands_for_are_refused() -> None:
    with pytest.raises(NoRoleError, match="'desk-de' and 'brand-a', whose row filters differ"):
        of_groups("desk-de", "brand-a")


FILTERS = st.builds(
    RowFilter,
    regions=st.lists(st.sampled_from(["DE", "FR"]), unique=True).map(lambda keys: tuple(sorted(keys))),
    brands=st.lists(st.sampled_from(["A", "B"]), unique=True).map(lambda keys: tuple(sorted(keys))),
)


@given(st.lists(FILTERS, min_size=1, max_size=4))
def test_several_values_show_no_order_that_none_of_them_shows(filters: list[RowFilter]) -> None:
    values = {f"group-{number}": rows for number, rows in enumerate(filters)}
    config = OidcProvider(
        ISSUER,
        AUDIENCE,
        roles=RoleClaim("groups", dict.fromkeys(values, (Role.VIEWER,))),
        rows=RowClaim("groups", values),
    )
    try:
        combined = of_groups(*values, config=config).rows
    except NoRoleError:
        return

    for region in ("DE", "FR", "IT"):
        for brand in ("A", "B", "C"):
            shown = any(_shows(rows, region, brand) for rows in filters)
            assert _shows(combined, region, brand) == shown


def _shows(rows: RowFilter, region: str, brand: str) -> bool:
    return (not rows.regions or region in rows.regions) and (not rows.brands or brand in rows.brands)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({}, "ada"),
        ({"preferred_username": None}, "u-1"),
        ({"preferred_username": ["x"]}, "u-1"),
        ({"preferred_username": "x" * 900}, "x" * 200),
    ],
)
def test_the_name_is_that_of_the_claim_or_the_subject(claims: dict[str, Any], name: str) -> None:
    assert principal_of(claims_of(**claims), CONFIG).name == name


@pytest.mark.parametrize("subject", [None, "", 7, ["u-1"]])
def test_claims_without_a_subject_are_refused(subject: Any) -> None:
    with pytest.raises(UnauthenticatedError, match="no claim 'sub'"):
        principal_of(claims_of(sub=subject), CONFIG)


GROUPS = st.lists(st.sampled_from([*ROLES, "other"]) | st.text(max_size=3), max_size=6)


@given(GROUPS, st.sampled_from(["groups", "realm_access.roles", "preferred_username"]))
def test_the_claims_that_count_make_the_same_principal(groups: list[str], path: str) -> None:
    config = OidcProvider(ISSUER, AUDIENCE, roles=RoleClaim(path, ROLES), rows=RowClaim("groups", ROWS))
    claims = claims_of(groups=groups, realm_access={"roles": groups}, preferred_username="oncall")

    def outcome(of: dict[str, object]) -> object:
        try:
            return principal_of(of, config)
        except NoRoleError:
            return "no role"

    assert outcome(claims_that_count(claims, config)) == outcome(claims)


def test_the_claims_that_count_are_few() -> None:
    groups = [f"group-{number}" for number in range(5_000)]

    assert claims_that_count(claims_of(groups=["desk-de", *groups]), CONFIG) == {
        "sub": "u-1",
        "preferred_username": "ada",
        "groups": ["desk-de"],
    }
