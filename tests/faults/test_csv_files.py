"""CSV files: nothing is lost, and reasons say where, what and how to mend it."""

import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from impactgraph.errors import BadInputError
from tests.faults.loading import FAULTS, shop

ROWS = FAULTS / "08-csv-rows-that-vanish"
WORDS = FAULTS / "15-csv-reasons-that-do-not-help"
PLAIN = """\
order,activity,time,cur,total,plant
O-1,Create,2026-03-02T09:00:00Z,EUR,10,store-001
O-1,Pick,2026-03-02T09:10:00Z,EUR,10,store-001
"""


def write(folder: Path, text: str, name: str = "log.csv") -> Path:
    (folder / name).write_bytes(text.encode())
    return folder / name


def test_a_quote_that_is_never_closed_costs_its_own_row() -> None:
    folder = FAULTS / "07-csv-quote-not-closed"

    with shop() as loaded:
        loaded.load(folder / "e6.csv", folder / "map2.yaml")

        assert loaded.counts == (3, 2, 0, 0, 1)
        (passed,) = loaded.file["passed"]
        assert passed["reason"] == "malformed row: a quote is opened and never closed"
        assert passed["example"].endswith("e6.csv:2")
        assert (loaded.has_findings, set(loaded.store.orders(["O-1", "O-2", "O-3"]))) == (
            True,
            {"O-2", "O-3"},
        )


def test_rows_that_are_passed_over_are_counted_by_reason_and_activity() -> None:
    with shop() as loaded:
        loaded.load(ROWS / "c1.csv", ROWS / "map2.yaml")

        assert loaded.counts == (4, 2, 0, 0, 2)
        assert loaded.passed == {("row without id", "Pick"): 1, ("unmapped activity", "pick"): 1}
        assert loaded.has_findings
        hints = {row["activity"]: row.get("hint") for row in loaded.file["passed"]}
        assert hints == {"Pick": None, "pick": "Did you mean 'Pick'?"}


def test_unmapped_activities_alone_are_no_finding(tmp_path: Path) -> None:
    with shop() as loaded:
        loaded.load(write(tmp_path, PLAIN + "O-1,Look,2026-03-02T09:11:00Z,EUR,10,x\n"), ROWS / "map2.yaml")

        assert (loaded.passed, loaded.has_findings) == ({("unmapped activity", "Look"): 1}, False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_mark_of_the_byte_order_between_joined_files_is_no_part_of_a_cell(
    tmp_path: Path, encoding: str
) -> None:
    """The row behind it was passed over as another activity, with exit status 0."""
    header, first, other = (
        ",".join([cells[1], cells[0], *cells[2:]]) + "\n"
        for cells in (row.split(",") for row in PLAIN.split())
    )
    log = tmp_path / "log.csv"
    log.write_bytes(f"\ufeff{header}{first}\ufeff{other}\ufeff{header}".encode(encoding))

    with shop() as loaded:
        loaded.load(log, ROWS / "map2.yaml")

        assert loaded.counts == (3, 2, 0, 0, 1)
        assert loaded.passed == {("unmapped activity", "activity"): 1}


def test_spaces_around_an_id_do_not_make_another_order() -> None:
    folder = FAULTS / "09-csv-order-id-with-space"

    with shop() as loaded:
        loaded.load(folder / "c2.csv", folder / "map2.yaml")

        assert loaded.counts == (3, 3, 0, 0, 0)
        assert [title for _, title in loaded.steps("O-1")] == ["Order placed", "pick begins", "pack begins"]


def test_an_order_is_placed_by_its_earliest_row_wherever_that_stands() -> None:
    folder = FAULTS / "11-csv-newest-first"

    with shop() as loaded:
        loaded.load(folder / "newest.csv", folder / "map3.yaml")

        assert loaded.steps("O-1")[0] == ("09:00", "Order placed")
        assert loaded.store.orders(["O-1"])["O-1"].value.amount == Decimal("10")


def test_columns_that_are_not_there_are_reported_all_at_once() -> None:
    folder = FAULTS / "14-mapping-column-that-is-not-there"

    with shop() as loaded, pytest.raises(BadInputError) as raised:
        loaded.load(folder / "nor.csv", folder / "m15.yaml")

    messages = [problem.message for problem in raised.value.problems]
    assert [message.partition(";")[0] for message in messages] == [
        "There is no column 'chan', which `order.channel` of the mapping names",
        "There is no column 'carier', which `order.attributes.carrier` of the mapping names",
        "There is no column 'plnt', which `fulfillment.location` of the mapping names",
    ]
    assert messages[2].endswith("Did you mean 'plant'?")


def test_amounts_and_currencies_are_refused_with_the_value_and_the_cure() -> None:
    with shop() as loaded:
        loaded.load(WORDS / "c5.csv", WORDS / "map2.yaml")

        refused = {reason.partition(":")[2].partition(":")[0]: reason for reason in loaded.reasons}
        assert loaded.counts == (15, 4, 0, 11, 0)
        assert sorted(map(int, refused)) == [2, 3, 4, 5, 6, 8, 9, 11, 12, 14, 15]
        assert "'1.299,90' is no amount" in refused["2"] and "`decimal: ','`" in refused["2"]
        assert "data.value is missing" in refused["6"]
        assert "'1_000' is no amount" in refused["8"] and "'١٢٣' is no amount" in refused["14"]
        assert "'eur' is no currency: write three capital letters, such as EUR" in refused["11"]


@pytest.mark.parametrize(
    ("decimal", "text", "expected"),
    [
        (",", "1.299,90", "1299.90"),
        (",", "129,90", "129.90"),
        (",", "1 299,5", "1299.5"),
        (",", "1.299", "1299"),
        (",", "-7", "-7"),
        (".", "1,299.90", "1299.90"),
        (".", "1'299'000.5", "1299000.5"),
        (".", "12.5", "12.5"),
    ],
)
def test_a_mapping_says_the_decimal_mark(tmp_path: Path, decimal: str, text: str, expected: str) -> None:
    mapping = write(tmp_path, (ROWS / "map2.yaml").read_text() + f"decimal: '{decimal}'\n", "m.yaml")
    row = f'O-1,Create,2026-03-02T09:00:00Z,EUR,"{text}",store-001\n'

    with shop() as loaded:
        loaded.load(write(tmp_path, PLAIN.splitlines()[0] + "\n" + row), mapping)

        assert loaded.store.orders(["O-1"])["O-1"].value.amount == Decimal(expected)


def test_moments_of_databases_are_read_and_others_refused_with_the_value_and_the_cure() -> None:
    with shop() as loaded:
        loaded.load(WORDS / "d1.csv", WORDS / "map2.yaml")

        assert loaded.counts == (24, 16, 0, 8, 0)
        assert loaded.steps("O-8") == loaded.steps("O-1".replace("1", "4")) == [("09:00", "Order placed")]
        assert loaded.steps("O-9") == loaded.steps("O-14") == [("08:00", "Order placed")]
        assert any(
            "'02/03/2026 09:00' is no moment" in reason and "time_format" in reason
            for reason in loaded.reasons
        )


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("time_format: '%d/%m/%Y %H:%M'", "02/03/2026 09:00"),
        ("{time_format: '%d.%m.%Y %H:%M', zone: Europe/Berlin}", "02.03.2026 10:00"),
        ("time_format: epoch_ms", "1772442000000"),
        ("time_format: epoch", "1772442000"),
        ("time_format: excel", "46083.375"),
        ("zone: America/New_York", "2026-03-02 04:00:00"),
        ("zone: America/New_York", "2026-03-02T09:00:00Z"),
        ("zone: America/New_York", "2026-03-02T10:00:00[Europe/Berlin]"),
    ],
)
def test_a_mapping_says_the_form_and_the_zone_of_moments(tmp_path: Path, how: str, text: str) -> None:
    lines = how.strip("{}").replace(", zone", "\nzone")
    mapping = write(tmp_path, (ROWS / "map2.yaml").read_text() + lines + "\n", "m.yaml")
    row = f"O-1,Create,{text},EUR,10,store-001\n"

    with shop() as loaded:
        loaded.load(write(tmp_path, PLAIN.splitlines()[0] + "\n" + row), mapping)

        assert loaded.steps("O-1") == [("09:00", "Order placed")]


def test_another_encoding_is_reported_with_the_line_and_can_be_named(tmp_path: Path) -> None:
    with shop() as loaded, pytest.raises(BadInputError, match=r"(?s)e1.csv:2: .*byte 0xf6.*save it in UTF-8"):
        loaded.load(WORDS / "e1.csv", WORDS / "map2.yaml")

    text = (ROWS / "map2.yaml").read_text().replace("time: time}", "time: time, encoding: cp1252}")
    with shop() as loaded:
        loaded.load(WORDS / "e1.csv", write(tmp_path, text, "m.yaml"))
        assert loaded.store.orders(["O-1"])["O-1"].fulfillments[0].location == "Köln"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["log.txt", "log.tsv", "log.CSV", "log"])
def test_the_name_of_a_file_and_the_delimiter_do_not_count(tmp_path: Path, delimiter: str, name: str) -> None:
    text = PLAIN.replace(",", delimiter)
    (tmp_path / name).write_bytes(text.encode())
    (tmp_path / f"{name}.GZ").write_bytes(gzip.compress(text.encode("utf-16")))

    for path in (tmp_path / name, tmp_path / f"{name}.GZ"):
        with shop() as loaded:
            assert loaded.load(path, ROWS / "map2.yaml").counts == (2, 2, 0, 0, 0)


def test_a_first_line_of_a_spreadsheet_names_the_delimiter(tmp_path: Path) -> None:
    with shop() as loaded:
        loaded.load(write(tmp_path, "sep=;\n" + PLAIN.replace(",", ";")), ROWS / "map2.yaml")

        assert loaded.counts == (2, 2, 0, 0, 0)


def test_a_cell_of_any_length_costs_its_own_row(tmp_path: Path) -> None:
    long = "x" * 200_000
    rows = f'O-2,Create,2026-03-02T09:00:00Z,EUR,10,{long}\nO-3,Create,2026-03-02T09:00:00Z,EUR,10,"{long}"\n'

    with shop() as loaded:
        loaded.load(write(tmp_path, PLAIN + rows), ROWS / "map2.yaml")

        assert loaded.counts == (4, 2, 0, 0, 2)
        assert loaded.passed == {("malformed row: a cell is longer than 131,072 characters", ""): 2}


def test_numbers_that_count_within_an_order_have_a_cure(tmp_path: Path) -> None:
    folder = FAULTS / "31-fulfillment-numbers-per-order"
    text = (folder / "map.yaml").read_text()
    mended = text.replace("{type: part,", "{type: part, id: '{order}/{fulfillment}',")

    with shop() as loaded:
        loaded.load(folder / "a.csv", folder / "map.yaml")
        assert "belongs to order 'O-1', not to 'O-2'" in loaded.reasons[0]
        assert "`fulfillment: {id: '{order}/{fulfillment}'}`" in loaded.reasons[0]

    with shop() as loaded:
        assert loaded.load(folder / "a.csv", write(tmp_path, mended, "m.yaml")).counts == (4, 4, 0, 0, 0)
        orders = loaded.store.orders(["O-1", "O-2"])
        assert [part.key for order in orders.values() for part in order.fulfillments] == ["O-1/1", "O-2/1"]


def test_rows_of_one_id_and_other_content_are_reported(tmp_path: Path) -> None:
    text = (ROWS / "map2.yaml").read_text().replace("time: time}", "time: time, id: id}")
    rows = [
        "id,order,activity,time,cur,total,plant",
        "1,O-1,Create,2026-03-02T09:00:00Z,EUR,10,s",
        "2,O-1,Pick,2026-03-02T09:10:00Z,EUR,10,s",
        "2,O-1,Pack,2026-03-02T09:20:00Z,EUR,10,s",
    ]

    with shop() as loaded:
        loaded.load(write(tmp_path, "\n".join(rows)), write(tmp_path, text, "m.yaml"))

        assert loaded.passed == {("an earlier entry has this id and other content", "Pack"): 1}


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_a_file_without_a_header_has_one_problem(tmp_path: Path, content: str) -> None:
    with shop() as loaded, pytest.raises(BadInputError) as refused:
        loaded.load(write(tmp_path, content), ROWS / "map2.yaml")

    assert [problem.message for problem in refused.value.problems] == [
        "It is empty: there is no header with the names of the columns."
    ]


def test_a_column_that_stands_twice_is_reported(tmp_path: Path) -> None:
    with shop() as loaded, pytest.raises(BadInputError, match="The column 'time' stands 2 times"):
        loaded.load(write(tmp_path, PLAIN.replace("cur,", "cur,time,")), ROWS / "map2.yaml")


def test_a_later_file_does_not_change_what_it_does_not_know(tmp_path: Path) -> None:
    """Without `placed`, an order is placed by its earliest row; the rows of a second day are not that."""
    folder = FAULTS / "11-csv-newest-first"
    second = "order,activity,time,total,plant\nO-1,Ship,2026-03-02T13:00:00Z,99,store-001\n"

    with shop() as loaded:
        loaded.load(folder / "newest.csv", folder / "map3.yaml")
        loaded.load(write(tmp_path, second), folder / "map3.yaml")

        assert loaded.counts == (1, 1, 0, 0, 0)
        assert loaded.store.orders(["O-1"])["O-1"].value.amount == Decimal("10")
        assert [title for _, title in loaded.steps("O-1")].count("Order placed") == 1


def test_orders_that_no_row_places_are_remarked(tmp_path: Path) -> None:
    with shop() as loaded:
        loaded.load(write(tmp_path, PLAIN.replace("O-1,Create", "O-2,Create")), ROWS / "map2.yaml")

        assert any(
            "order 'O-1' is placed by no entry of this file" in each for each in loaded.file["remarks"]
        )
        assert not loaded.has_findings
