"""Tables: ids are never broken over two lines, however narrow the terminal is."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    words = [word for row in rows for cell in row for word in cell.split()]

    body = "\n".join(printed(rows, width)).rpartition("─")[2]
    assert sorted(body.split()) == sorted(words)


@given(ROWS, st.integers(20, 120))
def test_lines_are_longer_than_the_terminal_only_for_the_sake_of_a_word(
    rows: list[list[str]], width: int
) -> None:
    columns = list(zip(*rows, strict=True))
    least = sum(max([6, *(len(word) for cell in column for word in cell.split())]) for column in columns)
    overhead = 2 * len(columns)

    assert max(map(len, printed(rows, width))) <= max(width, least + overhead)


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
