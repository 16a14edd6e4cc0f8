"""What ingesting needs to know of all that was taken before: read from the record when the first event comes, then kept."""

import numpy as np

from impactgraph.columns import Codes
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.items import Item
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.numbering import Hashes, Numbering, Seen


class Memory:
    def __init__(self, record: Record) -> None:
        self._record = record
        self.orders, self.fulfillments, self.seen = Numbering(), Numbering(), Seen()
        for numbering, table in ((self.orders, "orders"), (self.fulfillments, "fulfillments")):
            high, low, number = record.arrays(f"select high, low, number from {table}")
            numbering.load(high, low, number)
        number, owner = record.arrays("select number, order_number from fulfillments")
        self._owners = np.full(self.fulfillments.count, -1, np.int32)
        self._owners[number] = owner
        self.seen.add(*record.arrays("select hash, seq from events"))

    def mark_repeats(self, items: list[Item], hashes: Hashes) -> None:
        """Marks items whose (source, id) was taken before, or stands earlier in the list."""
        first: dict[tuple[str, str], Item] = {}
        for item in items:
            earlier = first.setdefault(item.name, item)
            if earlier is not item:
                item.repeated, item.twin = True, earlier
        seqs = self.seen.find(hashes)
        suspects = np.flatnonzero(seqs >= 0)
        if not len(suspects):
            return
        names = self._record.names(np.unique(seqs[suspects]))
        others: list[int] = []
        for index in suspects.tolist():
            if names.get(int(seqs[index])) == items[index].name:
                items[index].repeated = True
            else:
                others.append(index)
        taken = self._taken(np.unique(hashes[others])) if others else set[tuple[str, str]]()
        for index in others:
            items[index].repeated |= items[index].name in taken

    def _taken(self, hashes: Hashes) -> set[tuple[str, str]]:
        """(source, id) of the events in the record that have one of the hashes, which several may share; looks at all events."""
        names = self._record.arrays(
            "select w.word, e.id from events e join words w on w.domain = 'source' and w.code = e.source where e.hash in (select hash from suspects)",
            suspects={"hash": hashes},
        )
        return set(zip(*names, strict=True))

    def owners(self, fulfillments: Codes) -> Codes:
        """Number of the order of each, -1 where it is new."""
        known = fulfillments < len(self._owners)
        return (
            np.where(known, self._owners[np.where(known, fulfillments, 0)], np.int32(-1))
            if len(self._owners)
            else np.full(len(fulfillments), -1, np.int32)
        )

    def follow(self, block: Block) -> None:
        """Comes after the commit of a block: its numbers, the order of each new fulfillment, its events."""
        for table, numbering in (("orders", self.orders), ("fulfillments", self.fulfillments)):
            if new := block.rows.get(table):
                numbering.add(dict(zip(new["id"].tolist(), new["number"].tolist(), strict=True)))
        if new := block.rows.get("fulfillments"):
            if self.fulfillments.count > len(self._owners):
                room = np.full(self.fulfillments.count + self.fulfillments.count // 2, -1, np.int32)
                room[: len(self._owners)] = self._owners
                self._owners = room
            self._owners[new["number"]] = new["order_number"]
        if events := block.rows.get("events"):
            self.seen.add(events["hash"], events["seq"])
