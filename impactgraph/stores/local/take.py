"""One call of ingest: sort out, number, fold, and what is to be written; the state follows when that is on disk."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import Millis
from impactgraph.columns import Ints
from impactgraph.ingest.events import FulfillmentRerouted, OrderPlaced
from impactgraph.stores.local.aside import Aside
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.items import Item, check
from impactgraph.stores.local.memory import Memory
from impactgraph.stores.local.number import Numbered, number_ids
from impactgraph.stores.local.record import Record
from impactgraph.stores.local.spell import spelled
from impactgraph.stores.local.write import Writing, block_of
from impactgraph.stores.state.coding import Coded, Coder, hashes
from impactgraph.stores.state.event_dictionaries import EventDictionaries, Reading
from impactgraph.stores.state.fits import Fits
from impactgraph.stores.state.fold import fold
from impactgraph.stores.state.increment import examine, increment
from impactgraph.stores.state.instances import Instances
from impactgraph.stores.state.kinds import Kind
from impactgraph.stores.state.rows import EventRows, Happened
from impactgraph.stores.state.states import Folded


@dataclass
class State:
    """What the events taken so far add up to, and how further ones are read."""

    lexicon: EventDictionaries
    reading: Reading
    fits: Fits
    instances: Instances


@dataclass
class Taken:
    """What is to be on disk, and is then brought into the state."""

    block: Block
    folded: Folded
    ids: Numbered
    further: EventRows
    """Events that are added to the state as it is."""
    events: EventRows
    """All of it."""
    removed: Ints
    """Sequence numbers of events that are no longer in the record."""
    watermark: int
    latest: Millis
    """Greatest time of an event of an order; 0 where there is none."""

    def bring(self, state: State) -> None:
        instances = state.instances
        instances.put(self.folded, self.ids.order_ids(), self.ids.fulfillment_ids())
        increment(self.further, instances, state.reading)
        instances.add_errors(self.events.take(self.events.kind == Kind.FAILED))
        instances.add_records(self.events)
        if len(self.removed):
            instances.drop_errors(self.removed)
        instances.columns.watermark = self.watermark
        instances.refresh(state.reading)


def take(
    items: list[Item], state: State, record: Record, memory: Memory, aside: Aside, watermark: int, now: Millis
) -> Taken:
    """What can be taken, and the rest to be kept aside; nothing is written.

    Every item tells what became of it; to the list are added those that now fit, or no longer do.
    """
    # What was kept aside stands first, so that it is the one that is kept on, or let go.
    items[:0] = _made_to_fit(items, aside, state.fits)
    good = [item for item in items if item.good]
    names = hashes([item.name for item in good])
    memory.mark_repeats(good, names)
    ids = number_ids(good, memory)
    still = np.array([item.good for item in good], np.bool_)
    good, names = [item for item in good if item.good], names[still]
    coded = _coded(good, state.lexicon, ids, watermark + 1)
    folding = _Folding(coded.happened, good, state, record, watermark + 1)
    items += folding.removed
    for item in items:
        item.follow_twin()
    kept = np.array([item.good for item in good], np.bool_)
    block = block_of(Writing(coded, names, kept, ids, folding.removed_seqs), state.lexicon, record.words_kept)
    aside.add_changes(block, items, now)
    events = coded.happened.events.take(kept)
    of_orders = events.time[events.order >= 0]
    return Taken(
        block=block, folded=folding.folded, ids=ids, further=folding.further, events=events, removed=folding.removed_seqs,
        watermark=int(events.seq.max()) if len(events) else watermark, latest=int(of_orders.max()) if len(of_orders) else 0,
    )  # fmt: skip


def _made_to_fit(items: Sequence[Item], aside: Aside, fits: Fits) -> list[Item]:
    """What is kept aside of orders of which the workflow is told now: it is tried again."""
    told = {
        item.order
        for item in items
        if item.good and isinstance(item.event, (OrderPlaced, FulfillmentRerouted))
    }
    present = {item.number for item in items if item.number}
    again = [item for item in aside.of_orders(told) if item.number not in present]
    for item in again:
        check(item, fits)
    return again


def _coded(items: Sequence[Item], lexicon: EventDictionaries, ids: Numbered, first_seq: int) -> Coded:
    coder = Coder(lexicon, ids.orders, ids.fulfillments)
    for seq, item in enumerate(items, first_seq):
        if item.event:
            coder.add(seq, item.event, item.extra)
    return coder.coded()


class _Folding:
    """Which orders of a batch are folded from all their events, and which events are simply added; events that do not fit are given their reason."""

    def __init__(
        self, happened: Happened, items: Sequence[Item], state: State, record: Record, first_seq: int
    ) -> None:
        self._items, self._state, self._record, self._first = items, state, record, first_seq
        events = happened.events.take(happened.events.order >= 0)
        known = events.take(state.instances.order_rows(events.order) >= 0)
        examined = examine(known, state.instances, state.reading)
        self._refuse(examined.misfits, examined.misfit_workflows, happened.events)
        refold = np.isin(known.order, examined.fold)
        self.further = known.take(~refold & ~np.isin(known.seq, examined.misfits))
        wanted = np.zeros(int(events.order.max()) + 1 if len(events) else 0, np.bool_)
        wanted[events.order] = True
        wanted[known.order[~refold]] = False
        before = record.of_orders(examined.fold)
        together = Happened.joined([before, happened.of_orders(wanted)])
        self.folded = fold(together, state.reading, self._names, strict_from=first_seq)
        self._refuse(self.folded.misfits, self.folded.misfit_workflows, together.events)
        self.removed_seqs = self.folded.misfits[self.folded.misfits < first_seq]
        self.removed = self._taken_back(self.folded)

    def _names(self, seqs: Ints) -> dict[int, tuple[str, str]]:
        new = {int(seq): self._items[int(seq) - self._first].name for seq in seqs[seqs >= self._first]}
        old = seqs[seqs < self._first]
        return new | self._record.names(old) if len(old) else new

    def _refuse(self, seqs: Ints, workflows: NDArray[np.int32], events: EventRows) -> None:
        new = seqs >= self._first
        step = dict(zip(events.seq.tolist(), events.step.tolist(), strict=True)) if new.any() else {}
        for seq, workflow in zip(seqs[new].tolist(), workflows[new].tolist(), strict=True):
            self._items[seq - self._first].reason = self._reason(step[seq], workflow)

    def _reason(self, step: int, workflow: int) -> str:
        lexicon = self._state.lexicon
        return self._state.fits.not_a_step(
            lexicon.steps.values[step], lexicon.dictionaries.workflows[workflow].key
        )

    def _taken_back(self, folded: Folded) -> list[Item]:
        """Events in the record that no longer fit, since their order was placed, or rerouted, otherwise than it seemed: they go aside."""
        if not len(self.removed_seqs):
            return []
        workflows = dict(zip(folded.misfits.tolist(), folded.misfit_workflows.tolist(), strict=True))
        items: list[Item] = []
        for seq, step, text in spelled(self._record, self.removed_seqs):
            item = Item(text)
            check(item, self._state.fits)
            item.reason = self._reason(step, workflows[seq])
            items.append(item)
        return items
