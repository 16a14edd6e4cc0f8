"""Sentences on what is uncertain about a drafted workflow."""

from collections.abc import Iterator

from graph_models.counts import say_count
from graph_models.percent import percent
from graph_models.time import Millis, say_duration
from impactgraph.discovery.draft import Doubt, StepDraft, WorkflowDraft
from impactgraph.discovery.draft_steps import transitions
from impactgraph.discovery.dwell_times import SKEW
from impactgraph.discovery.tallies import StepTally, WorkflowTally

FEW = 30
"""Observations below which a guess is unsure."""
_EDGE_SHARE = 0.1
"""Share of the log's length that counts as its edge."""
_LINGERING = 0.05
"""Share of the visits that may be open for long."""
_PARALLEL = 0.2
"""Share of the visits of two steps that follow each other in either direction from which on they are called
parallel work.
"""


def workflow_doubts(
    workflow: WorkflowDraft, tally: WorkflowTally, minimum: float, span: tuple[Millis, Millis]
) -> list[Doubt]:
    """What is unsure of it, the whole first, then by step."""
    names = [step.name for step in workflow.steps]
    doubts = [Doubt(workflow.key, text) for text in _whole(workflow, tally, names, minimum)]
    whole_edge = _edge(tally.steps[names[0]], *span) if names else ""
    if whole_edge:
        doubts.append(Doubt(workflow.key, f"its fulfillments began at the {whole_edge} of the log only."))
    for step in workflow.steps:
        place = f"{workflow.key}/{step.key}"
        counts = tally.steps[step.name]
        edge = "" if whole_edge else _edge(counts, *span)
        texts = [*_of_step(step, counts, names, minimum), *_of_edge(edge), *_of_records(step)]
        doubts += [Doubt(place, text) for text in texts]
    return doubts


def _whole(workflow: WorkflowDraft, tally: WorkflowTally, names: list[str], minimum: float) -> Iterator[str]:
    if workflow.key != workflow.name:
        yield f"events call it {workflow.name!r}, which is no key: rename it in one of them."
    if not names:
        yield f"no step was entered by its {say_count(workflow.fulfillments, 'fulfillment')}."
        return
    if workflow.fulfillments < FEW:
        yield f"no more fulfillments were seen than {workflow.fulfillments:,}."
    others = [name for name in tally.steps if name not in names]
    if others:
        listing = ", ".join(f"{name} ({tally.steps[name].fulfillments:,})" for name in sorted(others)[:10])
        yield (
            f"left out, as fewer than {percent(minimum)} of its fulfillments visited them: {listing}"
            f"{', ...' if len(others) > 10 else ''}."
        )
    starts = sum(step.first for step in tally.steps.values())
    elsewhere = starts - tally.steps[names[0]].first
    if elsewhere > 0.02 * starts:
        yield (
            f"{elsewhere:,} of {say_count(starts, 'fulfillment')} began at another step than {names[0]}: the "
            f"format has one first step. {'It' if elsewhere == 1 else 'They'} may have begun before the log."
        )
    if not workflow.completed:
        yield "no fulfillment was seen to complete: the last steps have no end, and no duration."
    yield from _parallel(tally, names)
    placements = {(record.kind, record.type) for step in workflow.steps for record in step.records}
    for (kind, type_), counts in tally.records.items():
        if (kind, type_) not in placements:
            what = f"{kind.value.lower()} {type_}"
            yield f"{what} ({say_count(counts.fulfillments, 'fulfillment')}) follows no step of the draft."


def _parallel(tally: WorkflowTally, names: list[str]) -> Iterator[str]:
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            forth, back = tally.steps[one], tally.steps[other]
            ahead_count = forth.next[other] - forth.returns[other]
            behind_count = back.next[one] - back.returns[one]
            if min(ahead_count, behind_count) > _PARALLEL * min(forth.fulfillments, back.fulfillments):
                yield (
                    f"{one} and {other} come in either order ({ahead_count:,} and "
                    f"{say_count(behind_count, 'time')}), each for the first time: work in parallel. A "
                    "fulfillment is in one step at a time: "
                    "model one of them as a record that a step emits, or as a fulfillment of its own."
                )


def _of_step(step: StepDraft, tally: StepTally, names: list[str], minimum: float) -> Iterator[str]:
    if step.key != step.name:
        yield f"events call it {step.name!r}, which is no key: rename it in one of them."
    _, _, rare = transitions(tally, names, minimum)
    if rare:
        listing = ", ".join(f"{name} ({count:,})" for name, count in rare[:5])
        yield f"transitions left out as rare: to {listing}{', ...' if len(rare) > 5 else ''}."
    for then in step.then:
        if then.is_backward and then.returns > 0.5 * then.count:
            what = "repeat it" if then.step == step.key else f"go back to {then.step}"
            yield f"{percent(then.share)} {what}: rework, or a step that is done once for each item."
    if step.ends_share > 0 and step.then:
        yield (
            f"{percent(step.ends_share)} of the fulfillments that left it were complete, the others went on: "
            "the shares add up to less than 1, of which `validate` warns."
        )
    yield from _of_dwell(step)


def _of_dwell(step: StepDraft) -> Iterator[str]:
    dwell = step.dwell
    if dwell is None:
        yield f"no visit of {step.visits:,} was seen to end: no duration."
        return
    if dwell.visits < FEW:
        yield f"its duration is from {say_count(dwell.visits, 'visit')} only."
    if dwell.is_open_ended:
        yield (
            f"{say_count(step.open, 'visit was', 'visits were')} open at the end of the "
            f"log, many for longer than any that ended: its duration is at least {say_duration(dwell.p50)}."
        )
    if dwell.lingering > _LINGERING * (dwell.visits + dwell.open_visits) and not dwell.is_open_ended:
        yield (
            f"{say_count(dwell.lingering, 'visit has', 'visits have')} been open for longer than nearly "
            "all that ended took: stuck, or ended without an event."
        )
    if dwell.skew > SKEW:
        yield (
            "the log has more open fulfillments than its ended ones would lead to expect: it may be a "
            "selection of them. The duration is from visits that ended."
        )


def _edge(tally: StepTally, begin: Millis, end: Millis) -> str:
    """`end` or `beginning` where all visits of a step began there; else empty."""
    if tally.first_at is None or tally.last_at is None or end <= begin:
        return ""
    width = _EDGE_SHARE * (end - begin)
    if tally.first_at > end - width:
        return "end"
    return "beginning" if tally.last_at < begin + width else ""


def _of_edge(edge: str) -> Iterator[str]:
    if edge == "end":
        yield "seen at the end of the log only: it may be new, or orders may just have reached it."
    elif edge:
        yield "seen at the beginning of the log only: it may not exist any more."


def _of_records(step: StepDraft) -> Iterator[str]:
    for record in step.records:
        what = f"{record.kind.value.lower()} {record.type}"
        if not record.is_regular:
            yield (
                f"{what} comes for {percent(record.share)} of the fulfillments only: it is written as a "
                "comment, since a step emits what every order must have."
            )
        elif record.count < FEW:
            yield f"{what} was seen only {say_count(record.count, 'time')}."
