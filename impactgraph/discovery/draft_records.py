"""The records of a workflow: after which step each comes, how long after, and for how many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from graph_models.time import HOUR, MINUTE, SECOND, Millis
from impactgraph.discovery.draft import RecordDraft
from impactgraph.discovery.samples import Reals, quantile
from impactgraph.discovery.tallies import RecordKey, RecordSighting, RecordTally, StepTally, WorkflowTally

REGULAR = 0.9
"""Share of the fulfillments that left the step from which on it is said to emit the record."""
_COMMON = 0.8
"""Share of the fulfillments with the record that must have been in a step for the record to be its own."""
_AT_ONCE = 10 * SECOND
"""Delay up to which a record is that of the step that ended."""
_SIMILAR = 8.0
"""How many times wider the spread may be from the step in which the record comes."""
_EARLY = 0.2
"""Part of a visit at whose beginning records of the step before come."""
_FIXED = 0.02
"""Spread of amount by value up to which a posting is a fixed fraction of the value."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    step: str
    delays: Reals
    """From leaving the step to the record, milliseconds."""

    @property
    def spread(self) -> float:
        """Of nearly all delays, further where records come before the step ends."""
        wide = quantile(self.delays, 0.9) - quantile(self.delays, 0.1)
        return max(1.0, wide + abs(min(0.0, quantile(self.delays, 0.5))))


def records_by_step(tally: WorkflowTally, steps: Sequence[str]) -> dict[str, list[RecordDraft]]:
    """Records by the step that they follow, without those that follow none."""
    by_step: dict[str, list[RecordDraft]] = {}
    for key, counts in tally.records.items():
        anchor = _anchor(counts, steps)
        if anchor is not None:
            by_step.setdefault(anchor.step, []).append(_draft(key, counts, anchor, tally.steps[anchor.step]))
    for drafts in by_step.values():
        drafts.sort(key=lambda draft: (draft.kind.value, draft.due, draft.type))
    return by_step


def _anchor(counts: RecordTally, steps: Sequence[str]) -> _Anchor | None:
    """The step whose end tells best when the record comes: that with the smallest spread of the delay.

    Where a batch hands orders over, a step is seen to end later than it did, and its records come before:
    they are not the earlier step's, although its end may tell nearly as well when they come.
    """
    sightings = counts.sightings.values
    names = set(steps)
    relevant = sum(not names.isdisjoint(sighting.left) for sighting in sightings)
    anchors = [
        _Anchor(step, delays)
        for step in steps
        if len(delays := _delays(sightings, step)) >= max(1, _COMMON * relevant)
    ]
    if not anchors:
        return None
    best = min(anchors, key=lambda each: each.spread)
    if quantile(best.delays, 0.5) <= _AT_ONCE:
        return best
    around = [each for each in anchors if each is not best and _comes_in(each, sightings)]
    around = [each for each in around if each.spread <= _SIMILAR * best.spread]
    return min(around, key=lambda each: each.spread, default=best)


def _comes_in(anchor: _Anchor, sightings: Sequence[RecordSighting]) -> bool:
    """Whether the record comes while the fulfillment is in the step, and not right after it came there."""
    places: list[float] = []
    for sighting in sightings:
        left_at, entered_at = sighting.left.get(anchor.step), sighting.entered.get(anchor.step)
        if left_at is not None and entered_at is not None and left_at > entered_at:
            places.append((sighting.at - entered_at) / (left_at - entered_at))
    inside = sum(0 <= place <= 1 for place in places)
    return inside >= _COMMON * len(places) and quantile(np.array(places, np.float64), 0.5) > _EARLY


def _delays(sightings: Sequence[RecordSighting], step: str) -> Reals:
    """Of the sightings whose fulfillment left the step, and had entered it before the record."""
    delays: list[Millis] = []
    for sighting in sightings:
        left_at = sighting.left.get(step)
        entered_at = sighting.entered.get(step)
        if left_at is not None and entered_at is not None and entered_at <= sighting.at:
            delays.append(sighting.at - left_at)
    return np.array(delays, np.float64)


def _draft(key: RecordKey, counts: RecordTally, anchor: _Anchor, step: StepTally) -> RecordDraft:
    due = max(MINUTE, round(quantile(anchor.delays, 0.95)))
    count = counts.after[anchor.step]
    waiting = _waiting(step, key, due)
    share = min(1.0, count / max(1, step.left - waiting))
    channel = counts.channels.most_common(1)[0] if counts.channels else None
    return RecordDraft(
        kind=key[0],
        type=key[1],
        due=round_up(due),
        count=count,
        share=share,
        amount=_fraction([each.ratio for each in counts.sightings.values if each.ratio is not None]),
        channel=channel[0] if channel and channel[1] >= REGULAR * counts.fulfillments else None,
        is_regular=share >= REGULAR,
    )


def _waiting(step: StepTally, key: RecordKey, due: Millis) -> int:
    """Fulfillments that left the step so late in the log that the record may be still to come."""
    late = [at for at, _ in step.late_leaves]
    end = max(late, default=0)
    return sum(key not in records and at + 2 * due >= end for at, records in step.late_leaves)


def _fraction(ratios: Sequence[float]) -> float | None:
    if not ratios:
        return None
    values = np.array(ratios, np.float64)
    middle = quantile(values, 0.5)
    is_fixed = quantile(np.abs(values - middle), REGULAR) <= _FIXED * max(abs(middle), 1e-9)
    return round(middle, 3) if is_fixed and middle > 0 else None


def round_up(span: Millis) -> Millis:
    """To a span that people use: steps of 30 s, 1 min, 5 min, 15 min, 1 h, by its length."""
    grains: Mapping[Millis, Millis] = {
        5 * MINUTE: 30 * SECOND,
        30 * MINUTE: MINUTE,
        2 * HOUR: 5 * MINUTE,
        12 * HOUR: 15 * MINUTE,
    }
    grain = next((grain for limit, grain in grains.items() if span <= limit), HOUR)
    return -(-span // grain) * grain
