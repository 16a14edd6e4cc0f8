"""Errors as evidence: how many there were in every window, compared with how many so many entries usually
bring.

The usual rate is a rate per entry to a step, not per hour: a history that has only some of the orders has as
small a part of their entries as of their errors, and nights have few of both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.time import HOUR, Millis
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.diagnosis.suspects.dispersion import relative_variance
from impactgraph.diagnosis.suspects.pace import BIN, BINS, LEARNED, SPAN
from impactgraph.diagnosis.suspects.transits import TransitKind, Transits
from impactgraph.diagnosis.suspects.windows import RareEvents, window_sums
from impactgraph.forecast.scenarios import Reals

Flags = NDArray[np.bool_]

_BINS_BEFORE = (LEARNED - SPAN) // BIN
_BINS_OF_BLOCK = HOUR // BIN
_AT_LEAST = 0.5
"""Events that are taken to have happened before, where none did."""
_USUAL_RATE = 0.001
"""Errors per entry where nothing is known yet, and what that is worth in entries."""
_WEIGHT = 500.0
_WEIGHT_IN_SCOPE = 2.0
"""Errors that the rate everywhere is worth for the rate within a scope."""


@dataclass(frozen=True)
class Errors:
    """Errors of the sampled fulfillments: a fulfillment's errors of one cell in one bin count once."""

    kinds: tuple[str, ...]
    """Elements that errors name; for errors that name none, the step."""
    cell_kind: NDArray[np.intp]
    """By cell, that is by kind and step: index in `kinds`."""
    cell_step: NDArray[np.intp]
    """By cell: number of the step."""
    row: Codes
    cell: NDArray[np.intp]
    bin: Ints
    """Negative before the observed span."""

    @property
    def kind(self) -> NDArray[np.intp]:
        return self.cell_kind[self.cell]

    def take(self, mask: Flags) -> "Errors":
        return Errors(
            kinds=self.kinds,
            cell_kind=self.cell_kind,
            cell_step=self.cell_step,
            row=self.row[mask],
            cell=self.cell[mask],
            bin=self.bin[mask],
        )


@dataclass(frozen=True)
class Entries:
    """Entries of the sampled fulfillments to steps, each spread evenly over the bins of its visit, since an
    error may come at any time of it. `steps`: how many there are.
    """

    steps: int
    row: Codes
    step: NDArray[np.intp]
    bin: Ints
    """Negative before the observed span."""
    weight: Reals
    """Part of an entry."""

    def take(self, mask: Flags) -> "Entries":
        return Entries(
            steps=self.steps,
            row=self.row[mask],
            step=self.step[mask],
            bin=self.bin[mask],
            weight=self.weight[mask],
        )


def errors_of(columns: Columns, rows: Codes, at: Millis) -> Errors:
    """Errors of these fulfillments, as far back as hazards are learned. Costs a look at all errors."""
    errors = columns.errors
    f = columns.fulfillments
    dictionaries = columns.dictionaries
    is_sampled = np.zeros(len(f), bool)
    is_sampled[rows] = True
    which = np.flatnonzero(is_sampled[errors.fulfillment] & (errors.at <= at) & (errors.at > at - LEARNED))
    fulfillment = errors.fulfillment[which]
    element = errors.element[which]
    steps = step_names(columns)
    starts = np.cumsum([0, *(len(w.steps) for w in dictionaries.workflows)])
    step = starts[np.maximum(f.workflow[fulfillment], 0)] + np.maximum(errors.step[which], 0)
    code = np.where(element > 0, element, len(dictionaries.elements) + step)
    names = [*dictionaries.elements.values, *steps]
    present, kind = np.unique(code, return_inverse=True)
    cells, cell = np.unique(kind * len(steps) + step, return_inverse=True)
    bins = bins_of(errors.at[which], at)
    _, first = np.unique(np.stack([fulfillment, cell, bins]), axis=1, return_index=True)
    return Errors(
        kinds=tuple(names[c] for c in map(int, present)),
        cell_kind=cells // max(len(steps), 1),
        cell_step=cells % max(len(steps), 1),
        row=fulfillment[first],
        cell=cell[first],
        bin=bins[first],
    )


def entries_of(columns: Columns, transits: Transits, at: Millis) -> Entries:
    """Entries to steps with which these transits began, as far back as hazards are learned."""
    numbers = {name: number for number, name in enumerate(step_names(columns))}
    number_of_place = np.array(
        [
            numbers.get(f"step:{place.workflow}/{place.step}", -1)
            if place.kind in (TransitKind.VISIT, TransitKind.WORK)
            else -1
            for place in transits.places
        ],
        np.intp,
    )
    step = number_of_place[transits.place]
    which = np.flatnonzero((step >= 0) & (transits.began_at > at - LEARNED))
    first = bins_of(transits.began_at[which], at)
    last = np.minimum(bins_of(transits.observed_until[which], at), first + BINS - 1)
    lengths = last - first + 1
    entry = np.repeat(np.arange(len(which)), lengths)
    position = np.arange(len(entry)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return Entries(
        steps=len(numbers),
        row=transits.rows[which][entry],
        step=step[which][entry],
        bin=first[entry] + position,
        weight=1.0 / lengths[entry],
    )


def step_names(columns: Columns) -> list[str]:
    return [f"step:{w.key}/{step}" for w in columns.dictionaries.workflows for step in w.steps]


def bins_of(moments: Ints, at: Millis) -> Ints:
    """Bin of each moment, negative before the observed span."""
    return np.minimum((moments - (at - SPAN)) // BIN, BINS - 1)


def usual_rates(errors: Errors, entries: Entries) -> Reals:
    """By cell: errors for each entry to its step, before the observed span."""
    before, entry_counts = _before(errors, entries)
    usual = (before.sum() + _USUAL_RATE * _WEIGHT) / (entry_counts.sum() + _WEIGHT)
    return (before + _AT_LEAST) / (entry_counts[errors.cell_step] + _AT_LEAST / usual)


def rates_in_scope(errors: Errors, entries: Entries, rates: Reals) -> Reals:
    """By cell: as `usual_rates`, of the errors and entries of one scope, near the rates everywhere."""
    before, entry_counts = _before(errors, entries)
    return (before + _WEIGHT_IN_SCOPE) / (entry_counts[errors.cell_step] + _WEIGHT_IN_SCOPE / rates)


def _before(errors: Errors, entries: Entries) -> tuple[Reals, Reals]:
    """Errors by cell and entries by step, before the observed span."""
    before = np.bincount(errors.cell[errors.bin < 0], minlength=len(errors.cell_kind)).astype(np.float64)
    is_before = entries.bin < 0
    entry_counts = np.bincount(
        entries.step[is_before], weights=entries.weight[is_before], minlength=entries.steps
    ).astype(np.float64)
    return before, entry_counts


def rare_errors(errors: Errors, entries: Entries, rates: Reals) -> RareEvents:
    """Errors in each window, compared with those that so many entries usually bring."""
    size = len(errors.kinds)
    counts = _table(errors.kind, errors.bin, np.ones(len(errors.row)), size)
    entry_counts = _table(entries.step, entries.bin, entries.weight, entries.steps)
    to_kind = np.zeros((size, len(rates)))
    to_kind[errors.cell_kind, np.arange(len(rates))] = 1.0
    expected_counts = to_kind @ (rates[:, None] * entry_counts[errors.cell_step])
    before = counts[:, :_BINS_BEFORE]
    blocks = relative_variance(_hourly(before), _hourly(expected_counts[:, :_BINS_BEFORE]))
    of_rate = 1.0 / (np.bincount(errors.kind[errors.bin < 0], minlength=size) + _AT_LEAST)
    return RareEvents(
        errors.kinds,
        window_sums(counts[:, _BINS_BEFORE:]),
        window_sums(expected_counts[:, _BINS_BEFORE:]),
        np.sqrt(blocks + of_rate),
    )


def _table(kind: NDArray[np.intp], bins: Ints, weight: Reals, size: int) -> Reals:
    """Sums of weights by (kind, bin), from as far back as hazards are learned."""
    width = _BINS_BEFORE + BINS
    cells = kind * width + np.maximum(bins + _BINS_BEFORE, 0)
    return np.bincount(cells, weights=weight, minlength=size * width).reshape(size, width).astype(np.float64)


def _hourly(table: Reals) -> Reals:
    """Of (kind, bin): sums over each hour."""
    width = table.shape[1]
    return table.reshape(len(table), width // _BINS_OF_BLOCK, _BINS_OF_BLOCK).sum(axis=2)
