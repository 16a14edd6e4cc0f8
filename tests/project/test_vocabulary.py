"""Code uses the words of the glossary: none of the private words that they replaced."""

import pytest

from scripts.measure_code import FORBIDDEN, PACKAGES, ROOT

TEXTS = (".py", ".js", ".yaml", ".graphql")


def test_no_private_word_is_left_in_the_code() -> None:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.suffix in TEXTS)

    assert [file.name for file in files if FORBIDDEN.search(file.read_text())] == []


@pytest.mark.parametrize("name", ["told_at", "is_told", "_told_", "let_go"])
def test_a_private_word_is_found_within_a_name(name: str) -> None:
    assert FORBIDDEN.search(f"    {name} = 1")


def test_a_word_with_the_same_letters_is_none() -> None:
    assert not FORBIDDEN.search("the tables of stolden and sticking")
