"""The block that an accepted batch adds to the record: words, numbers, events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impactgraph.columns import Ints
from impactgraph.stores.local.batch_numbers import BatchNumbers
from impactgraph.stores.local.block import Block, Table
from impactgraph.stores.local.tables import event_table, sql_columns
from impactgraph.stores.state.encoding import EncodedBatch
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.key_numbers import Hashes, id_hashes


@dataclass
class Writing:
    encoded: EncodedBatch
    hashes: Hashes
    is_accepted: NDArray[np.bool_]
    """Which of the encoded events are accepted."""
    ids: BatchNumbers
    removed: Ints
    """Sequence numbers of events that leave the record."""


def block_of(
    writing: Writing, event_dictionaries: EventDictionaries, dictionary_sizes: Mapping[str, int]
) -> Block:
    """The whole block but its quarantine entries."""
    block = Block(removed_seqs=writing.removed)
    add_words(block, event_dictionaries, dictionary_sizes)
    _add_ids(block, writing.ids)
    block.add("events", _events(writing))
    _add_placements(block, writing)
    return block


def add_words(block: Block, event_dictionaries: EventDictionaries, sizes: Mapping[str, int]) -> None:
    """Adds the words that the record does not have yet; `sizes` is how many of each domain it has."""
    rows: list[tuple[str, int, str]] = []
    for domain, words in event_dictionaries.word_lists():
        size = sizes.get(domain, 0)
        rows += [(domain, code, word) for code, word in enumerate(words[size:], size)]
    if rows:
        columns: Table = {
            "domain": texts([row[0] for row in rows]),
            "code": np.array([row[1] for row in rows], np.int32),
        }
        block.add("words", columns | {"word": texts([row[2] for row in rows])})


def _add_ids(block: Block, ids: BatchNumbers) -> None:
    for table, new in (("orders", ids.new_orders), ("fulfillments", ids.new_fulfillments)):
        if not new:
            continue
        high, low = id_hashes(list(new))
        numbers = np.fromiter(new.values(), np.int32, len(new))
        columns: Table = {"number": numbers, "id": texts(list(new))}
        if table == "fulfillments":
            columns["order_number"] = np.array([ids.owners[number] for number in numbers.tolist()], np.int32)
        block.add(table, columns | {"high": high, "low": low})


def _events(writing: Writing) -> Table:
    encoded_batch = writing.encoded
    columns = event_table(encoded_batch.batch.events, encoded_batch.details) | {"hash": writing.hashes}
    return {name: column[writing.is_accepted] for name, column in columns.items()}


def _add_placements(block: Block, writing: Writing) -> None:
    encoded_batch = writing.encoded
    seqs = encoded_batch.batch.events.seq[writing.is_accepted]
    orders = sql_columns(encoded_batch.batch.placed) | {"exact": encoded_batch.placed_values}
    placements = sql_columns(encoded_batch.batch.placements) | {"exact": encoded_batch.placement_values}
    for table, columns in (("placed", orders), ("placements", placements)):
        which = np.isin(columns["seq"], seqs)
        block.add(table, {name: column[which] for name, column in columns.items()})


def texts(words: Sequence[str | None]) -> NDArray[np.object_]:
    return np.array(words, np.object_) if words else np.zeros(0, np.object_)
