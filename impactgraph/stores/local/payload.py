"""Payload fields that are not kept in columns: error messages and stock figures, queried from the record."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import StockFigure
from graph_models.time import Millis
from impactgraph.columns import Dictionary, ErrorTexts
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import EventKind
from impactgraph.stores.state.instances import Instances

_EVER: Millis = 2**62
_ERRORS = """
select fulfillment_number, time, step, code, element, coalesce(extra ->> '$.message', '')
from events where kind = ? and time >= ? and time <= ?
"""
_STOCK = """
with latest as (
  select e.location, e.extra ->> '$.item' as item, e.extra ->> '$.system' as system, e.amount, e.time
  from events e join words w on w.domain = 'source' and w.code = e.source
  where e.kind = ? and e.time <= ?
  qualify row_number() over (
    partition by e.location, item, system order by e.time desc, w.word desc, e.id desc
  ) = 1
)
select location, item, system, amount, time from latest
qualify count(distinct coalesce(cast(try_cast(amount as decimal(38, 9)) as varchar), amount))
  over (partition by location, item) > 1
order by location, item, system
"""


def error_texts(
    record: Record,
    instances: Instances,
    event_dictionaries: EventDictionaries,
    since: Millis,
    as_of: Millis | None,
) -> ErrorTexts:
    """Texts of every fulfillment.failed from `since` on (up to `as_of`); rows are those of `instances`."""
    number, at, step, code, element, message = record.arrays(
        _ERRORS, [int(EventKind.FAILED), since, _EVER if as_of is None else as_of]
    )
    rows = instances.fulfillment_rows(number)
    existing = np.flatnonzero(rows >= 0)
    words = event_dictionaries

    def decode(dictionary: Dictionary, codes: NDArray[Any]) -> list[str]:
        return [dictionary.values[code] for code in codes[existing].tolist()]

    return ErrorTexts(
        rows[existing],
        at[existing],
        decode(event_dictionaries.steps, step),
        decode(words.fail_codes, code),
        decode(words.elements, element),
        message[existing].tolist(),
    )


def differing_stock(
    record: Record, event_dictionaries: EventDictionaries, as_of: Millis | None
) -> Sequence[StockFigure]:
    """Latest figure of each system for the items whose systems disagree, by location, item and system."""
    locations: list[str] = event_dictionaries.locations.values
    rows = record.rows(_STOCK, [int(EventKind.INVENTORY), _EVER if as_of is None else as_of])
    return [
        StockFigure(locations[int(location)], item, system, Decimal(amount), at)
        for location, item, system, amount, at in rows
    ]
