"""One transaction: words, numbers, events, what is kept aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.impact.columns import Ints
from impactgraph.stores.local.aside import Aside, Changes
from impactgraph.stores.local.items import Item
from impactgraph.stores.local.number import Numbered
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.coding import Coded
from impactgraph.stores.state.lexicon import Lexicon
from impactgraph.stores.state.numbering import Hashes, id_hashes


@dataclass
class Writing:
    coded: Coded
    hashes: Hashes
    kept: NDArray[np.bool_]
    """Which of the coded events are taken."""
    ids: Numbered
    lexicon: Lexicon
    removed: Ints
    """Sequence numbers to be taken out of the record."""


def write(writing: Writing, items: Sequence[Item], record: Record, aside: Aside, now: Millis) -> Changes:
    """On disk when it returns; where it raises, nothing of it is."""
    with record.transaction():
        write_words(record, writing.lexicon)
        _write_ids(record, writing.ids)
        _write_events(record, writing)
        _write_placed(record, writing)
        if len(writing.removed):
            record.execute("delete from events where seq in (select unnest(?::bigint[]))", [writing.removed.tolist()])
        return aside.write(items, now)


def write_words(record: Record, lexicon: Lexicon) -> None:
    """Adds the words that the record does not have yet."""
    rows: list[tuple[str, int, str]] = []
    for domain, words in lexicon.lists():
        have = record.words_kept.get(domain, 0)
        rows += [(domain, code, word) for code, word in enumerate(words[have:], have)]
    if rows:
        columns = {"domain": _texts([row[0] for row in rows]), "code": np.array([row[1] for row in rows], np.int32)}
        record.append("words", columns | {"word": _texts([row[2] for row in rows])})
        for domain, code, _ in rows:
            record.words_kept[domain] = code + 1


def _write_ids(record: Record, ids: Numbered) -> None:
    for table, new in (("orders", ids.new_orders), ("fulfillments", ids.new_fulfillments)):
        if not new:
            continue
        high, low = id_hashes(list(new))
        numbers = np.fromiter(new.values(), np.int32, len(new))
        columns: dict[str, NDArray[Any]] = {"number": numbers, "id": _texts(list(new))}
        if table == "fulfillments":
            columns["order_number"] = np.array([ids.owners[number] for number in numbers.tolist()], np.int32)
        record.append(table, columns | {"high": high, "low": low})


def _write_events(record: Record, writing: Writing) -> None:
    e, d, kept = writing.coded.happened.events, writing.coded.details, writing.kept
    columns: dict[str, NDArray[Any]] = {
        "seq": e.seq, "time": e.time, "kind": e.kind, "order_number": e.order, "fulfillment_number": e.fulfillment, "workflow": e.workflow,
        "step": e.step, "location": e.location, "type": e.type, "code": e.code, "element": e.element, "source": np.array(d.source, np.int32),
        "id": _texts(d.id), "hash": writing.hashes, "amount": _texts(d.amount), "currency": np.array(d.currency, np.int32),
        "document": _texts(d.document), "note": np.array(d.note, np.int32), "extra": _texts(d.extra),
    }  # fmt: skip
    record.append("events", {name: column[kept] for name, column in columns.items()})


def _write_placed(record: Record, writing: Writing) -> None:
    coded = writing.coded
    p, m, kept = coded.happened.placed, coded.happened.placements, coded.happened.events.seq[writing.kept]
    placed: dict[str, NDArray[Any]] = {
        "seq": p.seq, "time": p.time, "order_number": p.order, "channel": p.channel, "mode": p.mode, "region": p.region, "tier": p.tier,
        "currency": p.currency, "value": p.value, "promised_by": p.promised_by, "attributes": p.attributes, "exact": _texts(coded.placed_value),
    }  # fmt: skip
    placements: dict[str, NDArray[Any]] = {
        "seq": m.seq, "time": m.time, "order_number": m.order, "fulfillment_number": m.fulfillment, "workflow": m.workflow,
        "location": m.location, "value": m.value, "exact": _texts(coded.placement_value),
    }  # fmt: skip
    for table, columns in (("placed", placed), ("placements", placements)):
        which = np.isin(columns["seq"], kept)
        record.append(table, {name: column[which] for name, column in columns.items()})


def _texts(words: Sequence[str | None]) -> NDArray[np.object_]:
    return np.array(words, np.object_) if words else np.zeros(0, np.object_)
