from pathlib import Path

import pytest

from impactgraph.bootstrap import shown_address
from impactgraph.errors import BadInputError
from impactgraph.stores.neo4j.address import Address, read_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("neo4j://db", Address("neo4j://db:7687")),
        ("bolt://db:99", Address("bolt://db:99")),
        ("neo4j+s://u:p@db.example.org/orders", Address("neo4j+s://db.example.org:7687", "orders", "u", "p")),
        ("bolt://u:p%40ss%2Fword%3A@[::1]:7688/", Address("bolt://[::1]:7688", None, "u", "p@ss/word:")),
    ],
)
def test_an_address_is_read(text: str, expected: Address) -> None:
    assert read_address(text) == expected


def test_what_the_address_says_goes_before_what_is_set(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from-file\n")

    assert read_address("bolt://u:p@db", user="v", password="q") == Address("bolt://db:7687", None, "u", "p")
    assert read_address("bolt://db", user="v", password="q", password_file=secret) == Address(
        "bolt://db:7687", None, "v", "q"
    )
    assert read_address("bolt://u@db", password_file=secret) == Address(
        "bolt://db:7687", None, "u", "from-file"
    )


@pytest.mark.parametrize(
    "text",
    [
        "bolt://",
        "bolt://u:hidden@db:port",
        "bolt://u:hidden@db/a/b",
        "bolt://u:hidden@db?x=1",
        "bolt://u:hid/den@db",
        "http://u:hidden@db",
    ],
)
def test_what_is_no_address_is_reported_without_its_password(text: str) -> None:
    with pytest.raises(BadInputError) as told:
        read_address(text)

    assert "hid" not in str(told.value)


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read from"):
        read_address("bolt://u@db", password_file=tmp_path / "none")


def test_a_password_is_never_shown() -> None:
    address = read_address("neo4j://u:hidden@db/orders")

    assert [str(address), "hidden" in repr(address)] == ["neo4j://db:7687/orders", False]
    assert shown_address("neo4j://u:hid@den@db/orders") == "neo4j://db/orders"
