"""Which column is what, on exports as systems write them."""

from pathlib import Path

import pytest

from impactgraph.errors import BadInputError
from impactgraph.ingest.mapping import From, Mapping
from impactgraph.ingest.mapping_files import parse_mapping
from impactgraph.usecases.discover import Drafts, Sureness, discover

ORDERS = 60


def draft(tmp_path: Path, text: str, encoding: str = "utf-8") -> tuple[Drafts, Mapping]:
    file = tmp_path / "orders.csv"
    file.write_bytes(text.encode(encoding))
    found = discover([str(file)])
    mapping = parse_mapping(found.mapping_text)
    assert isinstance(mapping, Mapping)
    return found, mapping


def sureness(found: Drafts, field: str) -> Sureness:
    assert found.mapping is not None
    return dict(found.mapping.guesses())[field].sureness


def german(number: int) -> str:
    """Three rows of an order: a local date, a decimal comma, semicolons."""
    day, amount = f"{1 + number % 28:02}.03.2026", f"1.{200 + number},50"
    return "".join(
        f"B{1000 + number};{step};{day} {hour:02}:{number % 60:02};{amount};EUR;Köln\n"
        for hour, step in (
            (9, "Auftrag erfasst"),
            (11, "Kommissionieren"),
            (15, "Verpacken"),
            (18, "Versand"),
        )
    )


def test_a_german_export_with_semicolons_decimal_commas_and_umlauts(tmp_path: Path) -> None:
    text = "Bestellung;Status;Zeitpunkt;Betrag;Währung;Werk\n" + "".join(map(german, range(ORDERS)))

    found, mapping = draft(tmp_path, text, "cp1252")

    assert mapping.csv is not None
    assert (mapping.csv.activity, mapping.csv.time) == ("Status", "Zeitpunkt")
    assert (mapping.csv.delimiter, mapping.csv.encoding) == (";", "cp1252")
    assert (mapping.order.type, mapping.time_format, mapping.decimal) == (
        "Bestellung",
        "%d.%m.%Y %H:%M",
        ",",
    )
    assert (sureness(found, "zone"), sureness(found, "csv.encoding")) == (Sureness.UNSURE, Sureness.UNSURE)
    assert [step.key for step in found.topology.workflows[0].steps][1:] == ["kommissionieren", "verpacken"]
    assert found.refused.total() == 0


@pytest.mark.parametrize(
    ("pattern", "written"), [("%m/%d/%Y %H:%M", "{month}/{day}"), ("%d/%m/%Y %H:%M", "{day}/{month}")]
)
def test_day_and_month_are_distinguished_by_the_times_of_each_order(
    tmp_path: Path, pattern: str, written: str
) -> None:
    """All days and months are at most 12; an order goes over several days."""
    rows = [
        f"{number},{step},{written}/2026 10:00\n".format(
            day=f"{1 + number % 7 + place:02}", month=f"{2 + number % 9:02}"
        )
        for number in range(ORDERS)
        for place, step in enumerate(("Create order", "Pick", "Pack", "Delivered"))
    ]

    found, mapping = draft(tmp_path, "order_id,event,time\n" + "".join(rows))

    assert mapping.time_format == pattern
    assert sureness(found, "time_format") is Sureness.LIKELY


@pytest.mark.parametrize(("unit", "format_"), [(1, "epoch"), (1000, "epoch_ms")])
def test_moments_as_numbers(tmp_path: Path, unit: int, format_: str) -> None:
    rows = [
        f"{number},{step},{(1_772_000_000 + 900 * place + 3600 * number) * unit}\n"
        for number in range(ORDERS)
        for place, step in enumerate(("Create order", "Pick", "Pack", "Delivered"))
    ]

    found, mapping = draft(tmp_path, "order_id,activity,timestamp\n" + "".join(rows))

    assert mapping.time_format == format_
    assert found.topology.workflows[0].steps[0].dwell is not None
    assert found.topology.workflows[0].steps[0].dwell.p50 == 900_000


def test_delivery_numbers_that_count_within_an_order_get_a_template(tmp_path: Path) -> None:
    rows = [
        f"{order},{part},{step},2026-03-02T{9 + place:02}:{order % 60:02}:00Z\n"
        for order in range(ORDERS)
        for part in (1, 2)
        for place, step in enumerate(("Create order", "Pick", "Pack", "Delivered"))
    ]

    found, mapping = draft(tmp_path, "order_no,delivery,activity,time\n" + "".join(rows))

    assert (mapping.order.type, mapping.fulfillment.type) == ("order_no", "delivery")
    assert mapping.fulfillment.id == "{order}/{fulfillment}"
    assert found.topology.fulfillments == 2 * ORDERS


def test_activities_by_their_names_and_places(tmp_path: Path) -> None:
    steps = (
        ("Order received", 0),
        ("Picking started", 1),
        ("Pack goods", 3),
        ("Post goods issue", 4),
        ("Send shipping email", 4),
        ("Close pick task", 4),
        ("Hand over to carrier", 5),
        ("Delivered", 12),
    )
    rows = [
        f"{order},{name},2026-03-{1 + order % 20:02}T{8 + hour:02}:{order % 60:02}:00Z,19.90,web\n"
        for order in range(ORDERS)
        for name, hour in (*steps, *((("Cancelled", 13),) if order % 20 == 0 else ()))
    ]

    _, mapping = draft(tmp_path, "case,activity,time,total,channel\n" + "".join(rows))

    assert mapping.order.placed == ("Order received",)
    assert mapping.steps == {
        "Order received": "order-received",
        "Picking started": "picking",
        "Pack goods": "pack-goods",
        "Hand over to carrier": "hand-over-to-carrier",
    }
    assert {name: posting.type for name, posting in mapping.postings.items()} == {
        "Post goods issue": "goods_issue"
    }
    assert mapping.notifications == {"Send shipping email": "shipping"}
    assert mapping.tasks == {"Close pick task": "pick"}
    assert (mapping.completed, mapping.cancelled) == (("Delivered",), ("Cancelled",))
    assert (mapping.order.value, mapping.order.channel) == (From("total"), From("channel"))


def test_a_file_without_orders_says_what_no_column_looks_like(tmp_path: Path) -> None:
    file = tmp_path / "stock.csv"
    file.write_text("item,on_hand\nA,3\nB,4\n")

    with pytest.raises(BadInputError) as error:
        discover([str(file)])

    assert [problem.message.partition(" in a")[0] for problem in error.value.problems] == [
        "No column looks like the moment of each step: name it",
        "No column looks like the activity of each step: name it",
    ]


def test_a_mapping_that_reads_nothing_of_the_log_says_what_became_of_the_entries(tmp_path: Path) -> None:
    file, mapping = tmp_path / "log.json", tmp_path / "m.yaml"
    file.write_text('{"orders": [{"number": 1}]}')
    mapping.write_text('version: 2\nsource: /x\norder: "{number}"\nrules: {a: {fulfillment.entered: pick}}\n')

    with pytest.raises(
        BadInputError, match="and 1 of 1 entries were passed over, 1 of them as: it has no field"
    ):
        discover([str(file)], mapping)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "It is empty."),
        (b"PK\x03\x04", "a workbook (.xlsx)"),
        (b'{"specversion":"1.0"}\n', "It shows no workflow: 1 of its events are not valid"),
        (b'{"objects": [], "events": []}', "The log has no objects"),
        (b"order,activity,time\n", "It has a header and no row: there is nothing to draft from."),
        (
            b"order,activity,time\n" + b"O,a," + b"x" * 140_000,
            "log:2: None of its rows can be read: a cell is longer than",
        ),
        (
            b"".join(b"O-%d,%s,2026-03-02T09:00:00Z\n" % (n % 5, a) for n, a in enumerate([b"a", b"b"] * 20)),
            "log:1: Its first line is a row and no header: it has '2026-03-02T09:00:00Z'. Put a line with",
        ),
    ],
)
def test_files_that_show_nothing_say_why(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "log"
    file.write_bytes(content)

    with pytest.raises(BadInputError, match=message.replace("(", r"\(").replace(")", r"\)")):
        discover([str(file)])
