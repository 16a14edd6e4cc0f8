"""What follows from the declaration of a column."""

import numpy as np
import pytest

from impactgraph.columns.declare import TEXT, Codes, Ints, Setter, Shape, Table, Texts, column, table
from impactgraph.columns.tables import (
    ErrorColumns,
    FulfillmentColumns,
    OrderColumns,
    RecordColumns,
    Visits,
)
from impactgraph.stores.state.event_tables import EventDetails, EventRows, PlacedRows, PlacementRows
from impactgraph.stores.state.growing_table import GrowingTable
from impactgraph.stores.state.state_tables import StoredErrors, StoredFulfillments, StoredOrders, VisitRows

TABLES = (
    OrderColumns,
    FulfillmentColumns,
    ErrorColumns,
    RecordColumns,
    Visits,
    StoredOrders,
    StoredFulfillments,
    StoredErrors,
    VisitRows,
    EventRows,
    EventDetails,
    PlacedRows,
    PlacementRows,
)


@table
class Parcels(Table):
    weight: Ints = column("Grams.")
    carrier: Codes = column("Code of the carrier.", blank=-1, set_by=Setter.ENTRY, field="code")


@table
class TrackedParcels(Parcels):
    ids: Texts = column("Key.")
    scanned_at: Ints = column("By step, the last scan.", per_step=True)
    attributes: dict[str, Codes] = column("By name.")


def test_a_table_has_the_columns_of_the_tables_that_it_extends() -> None:
    assert [each.name for each in TrackedParcels.columns()] == [
        "weight",
        "carrier",
        "ids",
        "scanned_at",
        "attributes",
    ]


def test_element_type_and_shape_follow_from_the_annotation() -> None:
    assert [(each.dtype, each.shape) for each in TrackedParcels.columns()] == [
        (np.int64, Shape.ROW),
        (np.int32, Shape.ROW),
        (TEXT, Shape.ROW),
        (np.int64, Shape.STEP),
        (np.int32, Shape.ATTRIBUTE),
    ]


def test_the_event_field_of_a_column_has_its_name_unless_another_is_declared() -> None:
    assert [each.field for each in Parcels.columns()] == ["weight", "code"]


def test_blank_rows_hold_the_declared_values() -> None:
    rows = TrackedParcels.blank(2, width=3)

    assert rows.carrier.tolist() == [-1, -1]
    assert rows.weight.tolist() == [0, 0]
    assert rows.scanned_at.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert rows.attributes == {}


def test_parts_are_concatenated_column_by_column() -> None:
    one = Parcels(np.array([1]), np.array([2], np.int32))
    two = Parcels(np.array([3, 4]), np.array([5, 6], np.int32))

    both = Parcels.concatenate([one, two])

    assert (both.weight.tolist(), both.carrier.tolist()) == ([1, 3, 4], [2, 5, 6])
    assert both.take(np.array([2, 0])).weight.tolist() == [4, 1]


@pytest.mark.parametrize("kind", TABLES)
def test_every_column_says_what_it_means(kind: type[Table]) -> None:
    assert [each.name for each in kind.columns() if not each.meaning.endswith(".")] == []


def test_a_table_that_grows_keeps_its_rows_and_shows_them_as_views() -> None:
    growing = GrowingTable(TrackedParcels, width=1)
    growing.extend(2)
    growing.rows.weight[:] = [7, 8]
    growing.attribute("brand")[1] = 5
    growing.extend(2_000)
    growing.widen(2)

    assert growing.rows.weight[:3].tolist() == [7, 8, 0]
    assert growing.rows.attributes["brand"][:3].tolist() == [0, 5, 0]
    assert growing.rows.scanned_at.shape == (2_002, 2)


def test_whole_columns_of_another_type_are_not_adopted() -> None:
    growing = GrowingTable(Parcels)

    with pytest.raises(ValueError, match="column carrier is int64, not int32"):
        growing.adopt({"weight": np.zeros(1, np.int64), "carrier": np.zeros(1, np.int64)})
