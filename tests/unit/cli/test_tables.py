"""Tables: ids are never broken over two lines, however narrow the terminal is."""

import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.cli.orders_text import print_orders
from impactgraph.cli.output import table
from impactgraph.cli.terminal import TextConsole, column_widths

WORDS = st.text("abc:/-12", min_size=1, max_size=30)
CELLS = st.lists(WORDS, max_size=8).map(" ".join)
ROWS = st.integers(1, 5).flatmap(
    lambda columns: st.lists(st.lists(CELLS, min_size=columns, max_size=columns), min_size=1, max_size=4)
)


def printed(rows: list[list[str]], width: int) -> list[str]:
    stream = io.StringIO()
    lines = table(*(f"column {n}" for n in range(len(rows[0]))))
    for row in rows:
        lines.add_row(*row)
    TextConsole(stream, width).print(lines)
    return stream.getvalue().splitlines()


@given(ROWS, st.integers(20, 120))
def test_no_word_is_broken_or_lost(rows: list[list[str]], width: int) -> None:
    words = [word for row in rows for cell in row if cell != "-" for word in cell.split()]

    shown = [word.rstrip(";") for line in printed(rows, width) for word in line.split()]
    assert not Counter(words) - Counter(shown)


@given(ROWS, st.integers(20, 120))
def test_lines_are_longer_than_the_terminal_only_for_the_sake_of_a_word(
    rows: list[list[str]], width: int
) -> None:
    for line in printed(rows, width):
        assert len(line) <= width or len(line.split()) == 1 or len(rows[0]) == 1


def test_a_table_that_is_too_wide_is_a_list_of_its_rows() -> None:
    lines = table("order", "step", "promised\nby", "value", "note", title="Late")
    lines.add_row("O-1", "ship-from-store/allocate", "2026-11-24 10:00", "12.00 EUR", "-")
    lines.add_row("O-2", "-", "2026-11-24 11:00", "8.00 EUR", "gift")
    stream = io.StringIO()

    TextConsole(stream, 40).print(lines)

    assert stream.getvalue().splitlines() == [
        "Late",
        "order: O-1",
        "  step: ship-from-store/allocate;",
        "  promised by: 2026-11-24 10:00; value:",
        "  12.00 EUR",
        "order: O-2",
        "  promised by: 2026-11-24 11:00; value:",
        "  8.00 EUR; note: gift",
    ]


def test_a_list_has_no_colon_where_there_is_no_heading_or_no_cell() -> None:
    lines = table("", "expected", "")
    lines.add_row("orders", "107", "known")
    lines.add_row("value", "7,274.81 EUR", "-")
    lines.add_row("", "1,658.25 GBP", "converted-by-the-rates-of-the-topology")
    stream = io.StringIO()

    TextConsole(stream, 40).print(lines)

    assert stream.getvalue().splitlines() == [
        "orders",
        "  expected: 107; known",
        "value",
        "  expected: 7,274.81 EUR",
        "  expected: 1,658.25 GBP;",
        "  converted-by-the-rates-of-the-topology",
    ]


@pytest.mark.parametrize(
    ("available", "widths"),
    [
        (100, [10, 40, 30]),
        (60, [10, 25, 25]),
        (59, [10, 25, 24]),
        (30, [9, 12, 9]),
        (10, [9, 12, 5]),
    ],
)
def test_the_widest_columns_are_narrowed_first(available: int, widths: list[int]) -> None:
    assert column_widths([10, 40, 30], [9, 12, 5], available) == widths


def test_a_text_with_a_very_long_word_does_not_widen_the_table() -> None:
    lines = printed([["O-1", f"see {'x' * 200} there"]], 80)

    assert max(map(len, lines)) <= 80
    assert "".join(lines).count("x") == 200


def test_a_list_of_orders_names_steps_and_locations_as_people_do_and_fits_80_columns() -> None:
    parts = [
        {
            "id": "fulfillment:O-000138/1",
            "step": {"id": "step:collect-in-store/collect", "name": "Collection"},
            "location": {"id": "location:supplier-brightloom", "name": "Brightloom supplies"},
        }
    ]
    node = {
        "id": "order:O-000138",
        "status": "IN_FLIGHT",
        "channel": "marketplace",
        "placedAt": "2026-11-21T19:23:00Z",
        "promisedBy": "2026-11-23T08:00:00Z",
        "value": {"amount": "31.95", "currency": "GBP"},
        "fulfillments": parts,
    }
    page = {"totalCount": 1, "edges": [{"node": node}], "pageInfo": {"hasNextPage": False}}
    stream = io.StringIO()

    print_orders(TextConsole(stream, 80), {"asOf": "2026-11-24T08:00:00Z", "orders": page})

    text = stream.getvalue()
    assert "Collection" in text and "Brightloom" in text and "collect-in-store" not in text
    assert max(map(len, text.splitlines())) <= 80
