"""What a batch brings, as rows of the record: which ingests have which events and quarantine entries."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from impactgraph.stores.local.batch import BatchEvent
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.ingests import OTHERWISE, Ingests, brought_entry_rows, brought_rows


def mark_bringers(batch: Sequence[BatchEvent], ingests: Ingests, ingest: int) -> None:
    """Sets which ingests bring each event: those of its quarantine entry where it is tried again, else this
    one.
    """
    this_ingest = frozenset((ingest,))
    for event in batch:
        if event.quarantine_number:
            event.bringers = frozenset(ingests.of_entry(event.quarantine_number))
        elif ingest:
            event.bringers = this_ingest


def add_bringers(block: Block, batch: Sequence[BatchEvent], ingests: Ingests) -> None:
    """Adds the rows; the outcome of each event is set, and its sequence number or its entry."""
    seqs: dict[int, list[int]] = defaultdict(list)
    entries: dict[int, list[int]] = defaultdict(list)
    repeats: list[BatchEvent] = []
    for event in batch:
        if event.is_duplicate:
            repeats.append(event)
        elif event.rejection:
            _add_entry(event, entries, ingests)
        else:
            for ingest in event.bringers:
                seqs[ingest].append(event.seq)
    _add_repeats(repeats, seqs, ingests)
    block.add("brought", brought_rows(seqs))
    block.add("brought_aside", brought_entry_rows(entries))


def _add_entry(event: BatchEvent, entries: dict[int, list[int]], ingests: Ingests) -> None:
    """A new entry is brought by the event's ingests; an earlier one with the same content by them, too,
    unless it is there for good.
    """
    if not event.entry_number:
        return
    bringer = ingests.of_entry(event.entry_number)
    if event.is_in_quarantine and not bringer and not _is_new(event, entries):
        return
    for ingest in event.bringers or ((OTHERWISE,) if event.is_in_quarantine else ()):
        if ingest not in bringer and event.entry_number not in entries[ingest]:
            entries[ingest].append(event.entry_number)


def _is_new(event: BatchEvent, entries: dict[int, list[int]]) -> bool:
    return any(event.entry_number in numbers for numbers in entries.values())


def _add_repeats(repeats: Sequence[BatchEvent], seqs: dict[int, list[int]], ingests: Ingests) -> None:
    """A repeated event is brought by its ingests, too, unless it is there for good."""
    new_bringers: dict[int, frozenset[int]] = {}
    for event in repeats:
        first = event.first_occurrence
        if first is not None and not first.is_duplicate:
            if not first.rejection and first.bringers:
                _add_bringers(event, first.seq, first.bringers, seqs)
        elif event.seq:
            new_bringers.setdefault(event.seq, frozenset())
            new_bringers[event.seq] |= event.bringers or frozenset((OTHERWISE,))
    if not new_bringers:
        return
    numbers = np.array(list(new_bringers), np.int64)
    is_brought = ingests.are_brought(numbers)
    by_ingest = {
        ingest: ingests.are_brought(numbers, ingest)
        for ingest in {ingest for each in new_bringers.values() for ingest in each}
    }
    for index, (seq, bringers) in enumerate(new_bringers.items()):
        if is_brought[index]:
            for ingest in bringers:
                if not by_ingest[ingest][index]:
                    seqs[ingest].append(seq)


def _add_bringers(event: BatchEvent, seq: int, known: frozenset[int], seqs: dict[int, list[int]]) -> None:
    for ingest in event.bringers or frozenset((OTHERWISE,)):
        if ingest not in known:
            seqs[ingest].append(seq)
