"""Lists of systems as files: CSV and JSON, columns by name or guess, rows that cannot be read."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.errors import BadInputError
from impactgraph.ingest.events import ListReported
from impactgraph.ingest.list_files import ListFile, ListLayout, list_of_rows, read_list
from impactgraph.ingest.read import read_event
from tests.stores.events import event


def read(tmp_path: Path, text: str | bytes, **layout: object) -> ListFile:
    path = tmp_path / "list"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_list(path, ListLayout(**layout))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Order No;Net value;Curr;Status;Plant\nO-1;5.10;eur;open;P1\nO-2;;;;\n",
        "\ufefforder_no\tamount\tcurrency\tstate\nO-1\t5.10\tEUR\topen\n\nO-2\t\t\t\n",
        '[{"orderNo": "O-1", "amount": 5.10, "currency": "EUR", "state": "open"}, {"orderNo": "O-2"}]',
        '{"rows": [{"id": "O-1", "value": "5.10", "currency": "EUR", "status": "open"}, "O-2"]}',
        '{"id": "O-1", "amount": 5.10, "currency": "EUR", "state": "open"}\n{"id": "O-2"}\n',
        "id,amount,currency,state\r\nO-1,5.10,EUR,open\r\nO-2,,,\r\n".encode("utf-16"),
    ],
    ids=["semicolons", "tabs", "array", "object with ids", "a line each", "UTF-16"],
)
def test_a_list_is_read_whatever_its_form(tmp_path: Path, text: str | bytes) -> None:
    listed = read(tmp_path, text)

    assert listed.refused == []
    assert listed.rows == [
        {"id": "O-1", "amount": "5.10", "currency": "EUR", "state": "open"},
        {"id": "O-2"},
    ]


def test_rows_of_one_id_that_say_something_else_are_refused_and_the_first_holds(tmp_path: Path) -> None:
    """They were counted as repeated: an order that a list has as open and as closed was no finding."""
    text = (
        "id,state,amount\nO-1,open,10.0\nO-1,Open,10.00\norder:O-1,closed,10\nO-1,open,3\nO-2,open,10\n"
        "O-1,closed,\n"
    )
    listed = read(tmp_path, text)

    assert [row["id"] for row in listed.rows] == ["O-1", "O-1", "O-2"]
    assert [(row["place"], row["id"], row["reason"].partition(":")[0]) for row in listed.refused] == [
        ("line 4", "order:O-1", "line 2 has 'order"),
        ("line 5", "O-1", "line 2 has 'O-1' with another amount"),
        ("line 7", "O-1", "line 2 has 'O-1' with another state"),
    ]
    assert not listed.is_last_refused, "the list is not cut off"


_ROWS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(("O-1", "order:O-1", "O-2"))},
        optional={
            "state": st.sampled_from(("open", "Open", "closed")),
            "amount": st.sampled_from(("10", "10.00", "3")),
            "currency": st.sampled_from(("EUR", "GBP")),
        },
    ),
    max_size=6,
)


@given(_ROWS)
def test_an_event_refuses_the_rows_that_a_file_with_them_refuses(rows: list[dict[str, Any]]) -> None:
    """An event kept rows that contradict each other, and they were counted as repeated."""
    listed = list_of_rows("list", rows, ListLayout())
    read_rows, _ = read_event(event("list.reported", 0, system="erp", list="a", rows=rows))

    assert isinstance(read_rows, ListReported)
    data = read_rows.data
    numbers = [int(row["place"].removeprefix("row ")) - 1 for row in listed.refused]
    assert [row.place for row in data.refused or ()] == [f"data.rows[{number}]" for number in numbers]
    assert len(data.rows) == len(listed.rows)


def test_columns_that_are_not_read_are_named_and_named_ones_go_before_guesses(tmp_path: Path) -> None:
    listed = read(
        tmp_path, "order,document,total,net\nO-1,D-1,5,4\n", columns={"id": "document", "amount": "net"}
    )

    assert listed.rows == [{"id": "D-1", "amount": "4"}]
    assert listed.other_columns == ("order", "total")


@pytest.mark.parametrize(
    ("cell", "decimal", "amount"),
    [
        ("5.10-", ".", "-5.10"),
        ("1.299,90-", ",", "-1299.90"),
        ("1299.90", ".", "1299.90"),
        ("-5", ".", "-5"),
        ("1 299.90", ".", "1299.90"),
        ("1.299,90", ",", "1299.90"),
        ("12,5", ",", "12.5"),
        ("1299", ",", "1299"),
    ],
)
def test_amounts_are_read_by_their_decimal_mark(tmp_path: Path, cell: str, decimal: str, amount: str) -> None:
    assert read(tmp_path, f"id;amount\nO-1;{cell}\n", decimal=decimal).rows == [
        {"id": "O-1", "amount": amount}
    ]


def test_rows_that_cannot_be_read_are_refused_with_place_and_reason_and_cost_no_other(tmp_path: Path) -> None:
    listed = read(
        tmp_path,
        'id,amount,currency\n,5,EUR\nO-1,"1,299.90",EUR\nO-2,5,euro\nO-3,5\nO-4,5,EUR\n"O-5,5,EUR\nO-6,1e3,EUR\n',
    )

    assert [row["id"] for row in listed.rows] == ["O-4"]
    assert [(each["place"], each.get("id"), each["reason"][:30]) for each in listed.refused] == [
        ("line 2", None, "it has no id: 'id' is empty"),
        ("line 3", "O-1", "'1,299.90' is no amount: write"),
        ("line 4", "O-2", "'EURO' is no currency: write t"),
        ("line 5", None, "it has 2 cells, and the header"),
        ("line 7", None, "a quote is opened and never cl"),
        ("line 8", "O-6", "'1e3' is no amount: write digi"),
    ]


def test_an_empty_array_is_a_list_of_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "[]").rows == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "It is empty"),
        (b"\xef\xbb\xbf\xef\xbb\xbf", "It is empty"),
        (b"\xef\xbb\xbf\n\xef\xbb\xbf\n", "It is empty"),
        (b"PK\x03\x04", "save the sheet as CSV"),
        (b"id\n\xff\n", "It is not text in UTF-8"),
        (b"[1, 2", "It is not JSON"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        read(tmp_path, content)
