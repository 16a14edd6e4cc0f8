"""What events said in words and figures: read from the log when it is asked for."""

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
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.kinds import Kind

_EVER: Millis = 2**62
_ERRORS = "select fulfillment_number, time, step, code, element, coalesce(extra ->> '$.message', '') from events where kind = ? and time >= ? and time <= ?"
_STOCK = """
with said as (
  select e.location, e.extra ->> '$.item' as item, e.extra ->> '$.system' as system, e.amount, e.time from events e
  join words w on w.domain = 'source' and w.code = e.source where e.kind = ? and e.time <= ?
  qualify row_number() over (partition by e.location, item, system order by e.time desc, w.word desc, e.id desc) = 1
)
select location, item, system, amount, time from said
qualify count(distinct coalesce(cast(try_cast(amount as decimal(38, 9)) as varchar), amount)) over (partition by location, item) > 1
order by location, item, system
"""


def error_texts(
    record: Record, instances: Instances, lexicon: EventDictionaries, since: Millis, as_of: Millis | None
) -> ErrorTexts:
    """Every fulfillment.failed from `since` on."""
    number, at, step, code, element, message = record.arrays(
        _ERRORS, [int(Kind.FAILED), since, _EVER if as_of is None else as_of]
    )
    rows, v = instances.fulfillment_rows(number), lexicon.dictionaries
    known = np.flatnonzero(rows >= 0)

    def spelled(words: Dictionary, codes: NDArray[Any]) -> list[str]:
        return [words.values[i] for i in codes[known].tolist()]

    said = spelled(lexicon.steps, step), spelled(v.fail_codes, code), spelled(v.elements, element)
    return ErrorTexts(rows[known], at[known], *said, message[known].tolist())


def differing_stock(
    record: Record, lexicon: EventDictionaries, as_of: Millis | None
) -> Sequence[StockFigure]:
    """By location, item and system the last figure, of items of which the systems do not say the same."""
    locations: list[str] = lexicon.dictionaries.locations.values
    found = record.rows(_STOCK, [int(Kind.INVENTORY), _EVER if as_of is None else as_of])
    return [
        StockFigure(locations[int(location)], item, system, Decimal(amount), at)
        for location, item, system, amount, at in found
    ]
