"""Lists of systems for tests: short to write."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from graph_models.time import Millis
from impactgraph.columns.system_lists import SystemLists
from impactgraph.ingest.events import ListData, ListRow
from impactgraph.stores.state.lists import ListEvent, fold_lists


def row(
    id_: str, amount: str | None = None, currency: str | None = None, state: str | None = None
) -> ListRow:
    return ListRow(
        id=id_, amount=Decimal(amount) if amount is not None else None, currency=currency, state=state
    )


def part(system: str, at: Millis, *rows: ListRow | str, **more: Any) -> ListEvent:
    """One part of a list, of ids alone or with more; `key` is that of the list."""
    since = more.pop("placed_from", None)
    data = ListData(
        system=system,
        rows=[each if isinstance(each, ListRow) else row(each) for each in rows],
        placed_from=datetime.fromtimestamp(since / 1000, UTC) if since is not None else None,
        **({"key": "a", "complete": True} | more),
    )
    return ListEvent(at, "/test", f"{data.key}/{data.part}", data)


def lists(*parts: ListEvent) -> dict[str, SystemLists]:
    return fold_lists(parts)
