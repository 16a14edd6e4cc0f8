"""Lists of systems, cut down to the rows of the orders that a view shows.

A row that is of no order here may be of anybody's order elsewhere, and one that could not be read as well:
both are left out, and so is their number.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import numpy as np

from impactgraph.columns import Codes
from impactgraph.columns.declare import Flags
from impactgraph.columns.system_lists import ListContent, ListRows, SystemLists
from impactgraph.stores.local.cut_state import CutState
from impactgraph.stores.local.lists import documents_of
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.lists import ListEvent, content_of


def shown_rows(lists: SystemLists, record: Record, cut: CutState) -> SystemLists:
    """The latest rows of orders, fulfillments and documents that are shown."""
    which = np.flatnonzero(_is_shown(lists.rows.ids, record, cut))
    heads = tuple(replace(each, refused_count=0) for each in lists.lists)
    return SystemLists(lists.system, heads, _take(lists.rows, which.astype(np.int32)))


def shown_content(system: str, events: Sequence[ListEvent], record: Record, cut: CutState) -> ListContent:
    """One list, of whose parts only the rows that are shown are read."""
    return content_of(system, [_shown_part(event, record, cut) for event in events])


def _shown_part(event: ListEvent, record: Record, cut: CutState) -> ListEvent:
    rows = event.data.rows
    is_shown = _is_shown([row.id for row in rows], record, cut).tolist()
    visible_rows = [row for row, has in zip(rows, is_shown, strict=True) if has]
    return replace(event, data=msgspec.structs.replace(event.data, rows=visible_rows, refused=None))


def _is_shown(ids: Sequence[str], record: Record, cut: CutState) -> Flags:
    """Of each id, whether it is the key of an order or fulfillment that is shown, or a document of one."""
    fulfillments = set(cut.columns.fulfillments.ids.tolist())
    is_order = np.array(cut.has_orders(ids), bool)
    others = [each for each in ids if each not in fulfillments]
    documents = documents_of(record, others, cut.instances)
    return is_order | np.array([each in fulfillments or each in documents for each in ids], bool)


def _take(rows: ListRows, which: Codes) -> ListRows:
    """These rows, with the words that they use: others are blank."""
    ids = [rows.ids[int(row)] for row in which]
    arrays = {
        name: getattr(rows, name)[which]
        for name in ("first_at", "at", "source", "place", "amount", "currency", "state", "meaning")
    }
    uses = np.zeros(len(rows.texts), bool)
    for name in ("currency", "state", "meaning"):
        uses[arrays[name]] = True
    texts = [text if is_used else "" for text, is_used in zip(rows.texts, uses.tolist(), strict=True)]
    index = {each: row for row, each in enumerate(ids)}
    return ListRows(ids=ids, index=index, keys=rows.keys, texts=texts, **arrays)
