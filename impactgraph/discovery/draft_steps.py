"""The steps of a workflow from its counts: their order, transitions with shares, conditions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from impactgraph.discovery.draft import TransitionDraft
from impactgraph.discovery.tallies import DIMENSIONS, StepTally, WorkflowTally

_PURE = 0.985
"""Share of the visits that a condition must explain."""
_ENOUGH = 30


def frequent_steps(tally: WorkflowTally, minimum: float) -> list[str]:
    """The steps that at least `minimum` of the fulfillments visited, in the order in which they do: the one
    where most begin, then by how many other steps came before.
    """
    placements = [
        name
        for name, step in tally.steps.items()
        if step.fulfillments >= minimum * max(1, tally.fulfillments)
    ]
    if not placements:
        return []
    first = max(placements, key=lambda name: tally.steps[name].first)
    return sorted(placements, key=lambda name: (name != first, _position(tally.steps[name]), name))


def _position(step: StepTally) -> float:
    return step.position / step.fulfillments


def transitions(
    step: StepTally, known: Iterable[str], minimum: float
) -> tuple[tuple[TransitionDraft, ...], float, list[tuple[str, int]]]:
    """(transitions to known steps, the most frequent last where conditions decide, else first; the share of
    the visits after which the fulfillment was complete; transitions that are left out, with their counts).
    """
    names = set(known)
    leaves = sum(step.next.values()) + step.completed
    frequent = {
        name: count for name, count in step.next.items() if name in names and count >= minimum * leaves
    }
    rare = [(name, count) for name, count in step.next.most_common() if name not in frequent]
    completions = step.completed if step.completed >= minimum * leaves else 0
    total = sum(frequent.values()) + completions
    drafts = [
        TransitionDraft(name, count, count / total, step.returns[name])
        for name, count in sorted(frequent.items(), key=lambda item: (-item[1], item[0]))
    ]
    conditions = _conditions(step, frequent) if not completions else {}
    if conditions:
        drafts = [_with_condition(draft, conditions) for draft in reversed(drafts)]
    return tuple(drafts), completions / total if total else 0.0, rare


def _with_condition(
    draft: TransitionDraft, conditions: Mapping[str, tuple[str, tuple[str, ...]]]
) -> TransitionDraft:
    return replace(draft, when=conditions.get(draft.step))


def _conditions(step: StepTally, frequent: Mapping[str, int]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The condition of each next step but the most frequent, where one dimension of the orders decides."""
    if len(frequent) < 2 or sum(frequent.values()) < _ENOUGH:
        return {}
    for place, dimension in enumerate(DIMENSIONS):
        by_value: dict[str, Counter[str]] = {}
        for (where, value, target), count in step.next_by.items():
            if where == place and target in frequent:
                by_value.setdefault(value, Counter())[target] += count
        choices = {value: counts.most_common(1)[0] for value, counts in by_value.items()}
        explained_count = sum(count for _, count in choices.values())
        targets = {target for target, _ in choices.values()}
        if explained_count >= _PURE * sum(frequent.values()) and targets == set(frequent):
            rest = max(frequent, key=lambda name: (frequent[name], name))
            values: dict[str, list[str]] = {}
            for value, (target, _) in sorted(choices.items()):
                values.setdefault(target, []).append(value)
            return {target: (dimension, tuple(each)) for target, each in values.items() if target != rest}
    return {}
