"""Checks of events that report a system's list: what types cannot express."""

from collections.abc import Mapping
from decimal import Decimal

from graph_models.ids import key_of
from graph_models.time import LAST_MOMENT, TOO_LATE
from impactgraph.ingest.event_base import moment_millis
from impactgraph.ingest.event_texts import shown, tidy
from impactgraph.ingest.events import ListData, ListRow, RefusedRow

LARGEST = Decimal(9_000_000_000_000)
"""What fits into 64 bits as millionths."""
DETAILS = ("state", "amount", "currency")
"""Fields of a row beside its id."""
_KINDS = ("order", "fulfillment")


class FirstRows:
    """The first row of each id of a list."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Mapping[str, str], str]] = {}
        """With their places."""

    def contradiction(self, row: Mapping[str, str], place: str) -> str:
        """Why a row cannot hold beside the first of its id; empty where it can."""
        first_row, first = self._rows.setdefault(listed_id("id", row["id"]), (row, place))
        others = [
            name
            for name in DETAILS
            if name in row and _comparable(name, row[name]) != _comparable(name, first_row.get(name))
        ]
        if not others:
            return ""
        return (
            f"{first} has {shown(row['id'])} with another {' and '.join(others)}: the first holds. List each "
            "id once, also where it has several items"
        )


def _comparable(name: str, text: str | None) -> object:
    """What two texts of a field have in common that say the same."""
    return Decimal(text) if text and name == "amount" else text and text.casefold()


def check_list(data: ListData) -> None:
    """Brings ids into one spelling, without their kind, and refuses rows that contradict an earlier one.

    Raises ValueError with the place of what is wrong.
    """
    data.system = _bare_key("data.system", tidy("data.system", data.system), "system")
    data.key = tidy("data.list", data.key)
    if data.part > data.parts:
        raise ValueError(f"data.part: {data.part} is more than data.parts, {data.parts}")
    if data.placed_from is not None:
        at = moment_millis(data.placed_from)
        if at < 0:
            raise ValueError("data.placed_from: before 1970")
        if at > LAST_MOMENT:
            raise ValueError(f"data.placed_from: {data.placed_from:%Y-%m-%d} is {TOO_LATE}")
    for number, row in enumerate(data.rows):
        _check_row(row, f"data.rows[{number}]")
    for number, row in enumerate(data.refused or ()):
        row.id = listed_id(f"data.refused[{number}].id", row.id) if row.id is not None else None
    _refuse_contradictions(data)


def _refuse_contradictions(data: ListData) -> None:
    """Moves rows that say something else than the first of their id to the refused ones."""
    first_rows = FirstRows()
    rows: list[ListRow] = []
    refusals: list[RefusedRow] = []
    for number, row in enumerate(data.rows):
        place = f"data.rows[{number}]"
        if reason := first_rows.contradiction(_texts(row), place):
            refusals.append(RefusedRow(place=place, reason=reason, id=row.id))
        else:
            rows.append(row)
    if refusals:
        data.rows = rows
        data.refused = [*(data.refused or ()), *refusals]


def _texts(row: ListRow) -> dict[str, str]:
    """The fields that the row states."""
    values = {name: getattr(row, name) for name in ("id", *DETAILS)}
    return {name: str(value) for name, value in values.items() if value is not None}


def listed_id(place: str, text: str) -> str:
    """The id without the kind of an order or a fulfillment."""
    id_ = tidy(place, text)
    kind, colon, _ = id_.partition(":")
    return _bare_key(place, id_, kind.lower()) if colon and kind.lower() in _KINDS else id_


def _check_row(row: ListRow, place: str) -> None:
    row.id = listed_id(f"{place}.id", row.id)
    if row.state is not None:
        row.state = tidy(f"{place}.state", row.state) or None
    amount = row.amount
    if amount is not None and (not amount.is_finite() or amount.copy_abs() > LARGEST):
        raise ValueError(
            f"{place}.amount: {amount} is not an amount that can be kept (at most {LARGEST:,} of the "
            "currency's main unit)"
        )


def _bare_key(place: str, identifier: str, kind: str) -> str:
    """The id without its kind. Raises ValueError where nothing is left."""
    key = key_of(identifier, kind).strip()
    if not key:
        raise ValueError(f"{place}: {shown(identifier)} names no {kind}: its key is empty")
    return key
