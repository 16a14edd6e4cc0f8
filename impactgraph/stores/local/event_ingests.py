"""Rows of the record that say which ingests an event or a quarantine entry of a batch came with."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from impactgraph.stores.local.batch import BatchEvent
from impactgraph.stores.local.block import Block
from impactgraph.stores.local.ingests import OTHERWISE, Ingests, brought_entry_rows, brought_rows


def set_event_ingests(batch: Sequence[BatchEvent], ingests: Ingests, ingest: int) -> None:
    """Sets which ingests bring each event: those of its quarantine entry where it is tried again, else this
    one.
    """
    this_ingest = frozenset((ingest,))
    for event in batch:
        if event.quarantine_number:
            event.ingest_numbers = frozenset(ingests.of_entry(event.quarantine_number))
        elif ingest:
            event.ingest_numbers = this_ingest


def add_ingest_rows(block: Block, batch: Sequence[BatchEvent], ingests: Ingests) -> None:
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
            for ingest in event.ingest_numbers:
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
    earlier = ingests.of_entry(event.entry_number)
    if event.is_in_quarantine and not earlier and not _is_new(event, entries):
        return
    for ingest in event.ingest_numbers or ((OTHERWISE,) if event.is_in_quarantine else ()):
        if ingest not in earlier and event.entry_number not in entries[ingest]:
            entries[ingest].append(event.entry_number)


def _is_new(event: BatchEvent, entries: dict[int, list[int]]) -> bool:
    return any(event.entry_number in numbers for numbers in entries.values())


def _add_repeats(repeats: Sequence[BatchEvent], seqs: dict[int, list[int]], ingests: Ingests) -> None:
    """A repeated event is brought by its ingests, too, unless it is there for good."""
    new_ingests: dict[int, frozenset[int]] = {}
    for event in repeats:
        first = event.first_occurrence
        if first is not None and not first.is_duplicate:
            if not first.rejection and first.ingest_numbers:
                _add_ingests(event, first.seq, first.ingest_numbers, seqs)
        elif event.seq:
            new_ingests.setdefault(event.seq, frozenset())
            new_ingests[event.seq] |= event.ingest_numbers or frozenset((OTHERWISE,))
    if not new_ingests:
        return
    numbers = np.array(list(new_ingests), np.int64)
    is_brought = ingests.are_brought(numbers)
    by_ingest = {
        ingest: ingests.are_brought(numbers, ingest)
        for ingest in {ingest for each in new_ingests.values() for ingest in each}
    }
    for index, (seq, numbers_of_event) in enumerate(new_ingests.items()):
        if is_brought[index]:
            for ingest in numbers_of_event:
                if not by_ingest[ingest][index]:
                    seqs[ingest].append(seq)


def _add_ingests(event: BatchEvent, seq: int, known: frozenset[int], seqs: dict[int, list[int]]) -> None:
    for ingest in event.ingest_numbers or frozenset((OTHERWISE,)):
        if ingest not in known:
            seqs[ingest].append(seq)
