"""Index over all ingested events: numbers of orders and fulfillments, and hashes of event ids."""

import numpy as np

from impactgraph.columns import Codes
from impactgraph.stores.local.batch import BatchEvent
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.removal import FORGOTTEN
from impactgraph.stores.state.key_numbers import Hashes, KeyNumbers, SeenEvents


class IngestIndex:
    """Read from the record when the first batch comes; `apply` keeps it current after each commit."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.orders = KeyNumbers()
        self.fulfillments = KeyNumbers()
        self.seen_events = SeenEvents()
        for numbers, table in ((self.orders, "orders"), (self.fulfillments, "fulfillments")):
            high, low, number = record.arrays(f"select high, low, number from {table}")
            numbers.load(high, low, number)
        number, order_number = record.arrays("select number, order_number from fulfillments")
        self._orders_of = np.full(self.fulfillments.count, -1, np.int32)
        self._orders_of[number] = order_number
        self.seen_events.add(*record.arrays("select hash, seq from events"))

    def mark_duplicates(self, batch: list[BatchEvent], hashes: Hashes) -> None:
        """Marks events whose (source, id) was ingested before, or occurs earlier in the batch.

        `hashes` are those of the events' (source, id).
        """
        if len({event.source_and_id for event in batch}) < len(batch):
            _mark_repeats(batch)
        seqs = self.seen_events.find(hashes)
        suspects = np.flatnonzero(seqs >= 0)
        if not len(suspects):
            return
        names = self._record.names(np.unique(seqs[suspects]))
        collisions: list[int] = []
        for index in suspects.tolist():
            source_and_id = batch[index].source_and_id
            if names.get(int(seqs[index])) in (source_and_id, (source_and_id[0], FORGOTTEN)):
                batch[index].is_duplicate = True
                batch[index].seq = int(seqs[index])
            else:
                collisions.append(index)
        if collisions:
            recorded_names = self._names_with(np.unique(hashes[collisions]))
            for index in collisions:
                if seq := recorded_names.get(batch[index].source_and_id):
                    batch[index].is_duplicate = True
                    batch[index].seq = seq

    def _names_with(self, hashes: Hashes) -> dict[tuple[str, str], int]:
        """Sequence numbers by (source, id) of the recorded events that have one of the hashes; several may
        share one.

        Scans all events.
        """
        names = self._record.arrays(
            "select w.word, e.id, e.seq "
            "from events e join words w on w.domain = 'source' and w.code = e.source "
            "where e.hash in (select hash from suspects)",
            suspects={"hash": hashes},
        )
        sources, ids, seqs = names
        return dict(zip(zip(sources, ids, strict=True), seqs.tolist(), strict=True))

    def orders_of(self, fulfillments: Codes) -> Codes:
        """Number of the order of each fulfillment, -1 where the fulfillment is new."""
        if not len(self._orders_of):
            return np.full(len(fulfillments), -1, np.int32)
        is_known = fulfillments < len(self._orders_of)
        return np.where(is_known, self._orders_of[np.where(is_known, fulfillments, 0)], np.int32(-1))

    def order_id(self, number: int) -> str:
        """Id of a recorded order."""
        return str(self._record.rows("select id from orders where number = ?", [number])[0][0])

    def apply(self, block: Block) -> None:
        """Follows the commit of a block: its numbers, the order of each new fulfillment, its events."""
        for table, numbers in (("orders", self.orders), ("fulfillments", self.fulfillments)):
            if rows := block.rows.get(table):
                numbers.add(dict(zip(rows["id"].tolist(), rows["number"].tolist(), strict=True)))
        if rows := block.rows.get("fulfillments"):
            if self.fulfillments.count > len(self._orders_of):
                larger_array = np.full(self.fulfillments.count + self.fulfillments.count // 2, -1, np.int32)
                larger_array[: len(self._orders_of)] = self._orders_of
                self._orders_of = larger_array
            self._orders_of[rows["number"]] = rows["order_number"]
        if events := block.rows.get("events"):
            self.seen_events.add(events["hash"], events["seq"])


def _mark_repeats(batch: list[BatchEvent]) -> None:
    """Marks events whose (source, id) occurs earlier in the batch."""
    first: dict[tuple[str, str], BatchEvent] = {}
    for event in batch:
        earlier = first.setdefault(event.source_and_id, event)
        if earlier is not event:
            event.is_duplicate = True
            event.first_occurrence = earlier
