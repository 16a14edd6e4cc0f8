"""What was refused and is kept: listed, replayed, and found again when its order makes it fit."""

from collections.abc import Iterable, Sequence

import numpy as np

from graph_models.time import Millis
from impactgraph.ports.store import QuarantinedEvent
from impactgraph.stores.local.block import Block, Table
from impactgraph.stores.local.items import Item, as_text
from impactgraph.stores.local.record import Record
from impactgraph.stores.state.coding import hashes


class Aside:
    """Keeps of each entry only hashes and the order's key in memory. Changes are part of a block, and `follow` comes after its commit."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._entries: dict[int, tuple[int, int, str]] = {}
        self._texts: dict[int, int] = {}
        self._names: dict[int, int] = {}
        self._orders: dict[str, set[int]] = {}
        for number, text, name, order in record.rows("select number, hash, name_hash, order_id from aside"):
            self._index(number, text, name, order)
        self._next = max(self._entries, default=0) + 1

    def _index(self, number: int, text: int, name: int, order: str) -> None:
        self._entries[number] = (text, name, order)
        self._texts[text] = number
        if name:
            self._names[name] = number
        if order:
            self._orders.setdefault(order, set()).add(number)

    def of_orders(self, orders: Iterable[str]) -> list[Item]:
        """Entries that name these orders, oldest first."""
        numbers = sorted(
            number for order in set(orders) if order in self._orders for number in self._orders[order]
        )
        return self.entries(numbers) if numbers else []

    def entries(self, numbers: Sequence[int] | None = None) -> list[Item]:
        """All, or those of the numbers, oldest first."""
        if numbers is None:
            rows = self._record.rows("select number, text, place, reason from aside order by number")
        else:
            where = "where number in (select unnest(?::bigint[]))"
            rows = self._record.rows(
                f"select number, text, place, reason from aside {where} order by number", [list(numbers)]
            )
        return [
            Item(text.encode(), place, number, reason_before=reason) for number, text, place, reason in rows
        ]

    def listed(self, limit: int) -> list[QuarantinedEvent]:
        rows = self._record.rows(
            "select number, reason, text, place, received_at from aside order by number limit ?", [limit]
        )
        return [QuarantinedEvent(*row) for row in rows]

    def add_changes(self, block: Block, items: Sequence[Item], now: Millis) -> None:
        """Keeps the refused ones that are not kept yet, and lets go those that are taken or repeated."""
        self._keep([item for item in items if item.reason and not item.number], now, block)
        for item in items:
            if item.reason and item.number and item.reason != item.reason_before and item.reason_before:
                block.reasons[item.number] = item.reason
        done = [item for item in items if not item.reason]
        gone = [item.number for item in done if item.number]
        if self._names:
            named = [item for item in done if not item.number]
            gone += [
                self._names[name]
                for name in hashes([item.name for item in named]).tolist()
                if name in self._names
            ]
        block.let_go = np.array(gone, np.int64)

    def _keep(self, items: Sequence[Item], now: Millis, block: Block) -> None:
        new: dict[int, Item] = {}
        for item, text in zip(items, hashes([item.fingerprint for item in items]).tolist(), strict=True):
            item.known = text in self._texts or text in new
            if not item.known:
                item.number, new[text] = self._next + len(new), item
        if not new:
            return
        kept = list(new.values())
        names = [
            int(hash_) if item.event else 0
            for item, hash_ in zip(kept, hashes([item.name for item in kept]), strict=True)
        ]
        texts = {
            "order_id": [item.order for item in kept],
            "source": [item.name[0] for item in kept],
            "id": [item.name[1] for item in kept],
            "reason": [item.reason for item in kept],
            "text": [as_text(item.text) for item in kept],
            "place": [item.place for item in kept],
        }
        numbers: Table = {"number": np.array([item.number for item in kept], np.int64)}
        hashed = {"hash": np.array(list(new), np.uint64), "name_hash": np.array(names, np.uint64)}
        received = {"received_at": np.full(len(kept), now, np.int64)}
        block.add(
            "aside",
            numbers
            | hashed
            | {name: np.array(words, np.object_) for name, words in texts.items()}
            | received,
        )

    def follow(self, block: Block) -> None:
        """Comes after the commit of a block."""
        if kept := block.rows.get("aside"):
            for entry in zip(
                *(kept[name].tolist() for name in ("number", "hash", "name_hash", "order_id")), strict=True
            ):
                self._index(*entry)
                self._next = max(self._next, entry[0] + 1)
        for number in block.let_go.tolist():
            text, name, order = self._entries.pop(number, (0, 0, ""))
            self._texts.pop(text, None)
            self._names.pop(name, None)
            if numbers := self._orders.get(order):
                numbers.discard(number)
                if not numbers:
                    del self._orders[order]

    def has(self, number: int) -> bool:
        return number in self._entries
