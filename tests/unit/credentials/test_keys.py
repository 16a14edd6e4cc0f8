"""API keys: issued, rotated, revoked; what they open."""

import pytest

from graph_models.access import ALL_ORDERS, Principal, Role, RowFilter
from graph_models.time import DAY, HOUR
from impactgraph.credentials.key_text import key_from_text, key_to_text
from impactgraph.credentials.keys import (
    OVERLAP,
    ApiKey,
    IssuedKey,
    NewKey,
    find_key,
    issue,
    revoke,
    rotate,
)
from impactgraph.credentials.tokens import new_token, read_token
from impactgraph.errors import BadInputError, NotFoundError

NOW = 1_772_442_600_000


def issued(name: str = "desk", **more: object) -> IssuedKey:
    return issue({}, NewKey(name, Role.VIEWER, **more), NOW)  # pyright: ignore[reportArgumentType]


def by_id(*keys: ApiKey) -> dict[str, ApiKey]:
    return {key.id: key for key in keys}


def test_a_key_is_the_principal_that_was_asked_for() -> None:
    rows = RowFilter(regions=("DE",))
    made = issue({}, NewKey(" Desk ", Role.SERVICE_DESK, rows), NOW)

    assert made.key.principal == Principal(f"key:{made.key.id}", "Desk", frozenset({Role.SERVICE_DESK}), rows)
    assert made.key.opens(made.token.digest, NOW)


def test_a_role_that_is_about_all_orders_is_not_limited_to_some() -> None:
    with pytest.raises(BadInputError, match="--role monitor is about all orders"):
        issue({}, NewKey("prometheus", Role.MONITOR, RowFilter(regions=("DE",))), NOW)


def test_a_text_is_read_as_the_token_that_wrote_it() -> None:
    token = new_token()

    assert read_token(token.text) == token


@pytest.mark.parametrize("text", ["", "ig_", "ig_a_b", "ey.a.b", "ig_A_" + "x" * 43, "ig_a_" + "x" * 44])
def test_other_texts_are_no_token(text: str) -> None:
    assert read_token(text) is None


def test_neither_text_nor_key_shows_a_secret() -> None:
    made = issued()

    assert made.token.secret not in repr(made)
    assert made.token.secret not in key_to_text(made.key)


def test_a_key_ends_when_it_expires() -> None:
    made = issued(expires_at=NOW + DAY)

    assert made.key.opens(made.token.digest, NOW + DAY - 1)
    assert not made.key.opens(made.token.digest, NOW + DAY)


def test_a_rotated_key_has_two_secrets_for_a_time() -> None:
    old = issued()
    new = rotate(by_id(old.key), old.key.id, NOW)

    assert new.token.id == old.token.id
    for at, opens_old in ((NOW, True), (NOW + OVERLAP - 1, True), (NOW + OVERLAP, False)):
        assert new.key.opens(old.token.digest, at) is opens_old
        assert new.key.opens(new.token.digest, at)


def test_a_second_rotation_ends_the_oldest_secret() -> None:
    first = issued()
    second = rotate(by_id(first.key), "desk", NOW)
    third = rotate(by_id(second.key), "desk", NOW + HOUR)

    opened = [third.key.opens(each.token.digest, NOW + HOUR) for each in (first, second, third)]
    assert opened == [False, True, True]


def test_a_rotation_without_an_overlap_ends_the_former_secret_at_once() -> None:
    old = issued()
    new = rotate(by_id(old.key), "desk", NOW, overlap=0)

    assert not new.key.opens(old.token.digest, NOW)
    assert len(new.key.secrets) == 1


def test_a_revoked_key_opens_nothing_and_cannot_be_rotated() -> None:
    made = issued()
    gone = revoke(by_id(made.key), made.key.id, NOW)

    assert not gone.opens(made.token.digest, NOW)
    assert revoke(by_id(gone), gone.id, NOW + 1) == gone
    with pytest.raises(BadInputError, match="is revoked: create a new one"):
        rotate(by_id(gone), gone.id, NOW)


def test_a_key_is_found_by_id_text_or_name() -> None:
    made = issued()
    keys = by_id(made.key)

    for text in (made.key.id, f"key:{made.key.id}", made.token.text, f"ig_{made.key.id}", "desk"):
        assert find_key(keys, text) == made.key


def test_a_name_of_several_keys_is_refused() -> None:
    one, other = issued(), issued()

    with pytest.raises(BadInputError, match="Several keys are called 'desk'"):
        find_key(by_id(one.key, other.key), "desk")
    assert find_key(by_id(revoke(by_id(one.key), "desk", NOW), other.key), "desk") == other.key


def test_an_unknown_key_is_named_without_its_secret() -> None:
    token = new_token()

    with pytest.raises(NotFoundError) as raised:
        find_key({}, token.text)
    assert token.id in str(raised.value)
    assert token.secret not in str(raised.value)


def test_every_problem_of_a_new_key_is_reported() -> None:
    with pytest.raises(BadInputError) as raised:
        issue({}, NewKey("\n", Role.VIEWER, ALL_ORDERS, NOW), NOW)

    assert [str(problem).split()[0] for problem in raised.value.problems] == ["--name", "--expires"]


def test_a_key_is_read_as_it_was_written() -> None:
    rotated = rotate(by_id(issued(expires_at=NOW + DAY, rows=RowFilter(locations=("Z1",))).key), "desk", NOW)

    assert key_from_text(key_to_text(rotated.key)) == rotated.key
