"""The examples of the documents print what the documents show."""

from pathlib import Path

import pytest

from tests.doc_examples import PAGES, printed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_print_what_it_shows(page: Path):
    different = [each for each in printed(page.read_text()) if not each.is_as_shown]

    assert "".join(f"{each.block['commands']}{each.failures}{each.output}" for each in different) == "", (
        "write them again: python -m tests.doc_examples"
    )
