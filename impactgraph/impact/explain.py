"""Why an order is affected, or what stopped the failure before it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Effect
from graph_models.impact import Explanation, Path
from graph_models.impairment import Absorption
from graph_models.time import moment
from graph_models.topology import Workflow
from impactgraph.columns import CANCELLED, IN_FLIGHT
from impactgraph.errors import NotFoundError
from impactgraph.impact.hits import Hits
from impactgraph.impact.order_pages import path_for, shown


def explain(answer: Hits, order: str) -> Explanation:
    """By bare key. Raises NotFoundError for an order that is not in the columns (unknown, or long since ended)."""
    columns = answer.inputs.columns
    rows = np.flatnonzero(columns.orders.ids == order)
    if not len(rows):
        raise NotFoundError(f"order:{order}")
    hit = np.flatnonzero(answer.orders_hit.order == rows[0])
    if len(hit):
        return _affected(answer, int(rows[0]), int(hit[0]))
    return _spared(answer, order, int(rows[0]))


def _affected(answer: Hits, order: int, hit: int) -> Explanation:
    best = shown(answer, answer.orders_hit, hit)
    paths: dict[Path, None] = {best.path: None}
    mine = np.flatnonzero(
        (answer.rows.order == order) & (answer.rows.likelihood > answer.inputs.question.min_likelihood)
    )
    effects = answer.effects_of(answer.rows)
    for row in mine:
        paths[path_for(answer, answer.rows, int(row), _effect(int(effects[row])))] = None
    return Explanation(True, best.path.sentence, tuple(paths), ())


def _effect(code: int):

    return tuple(Effect)[code]


def _spared(answer: Hits, order: str, row: int) -> Explanation:
    notes = list(_reasons(answer, row))
    why = notes[0].detail if notes else "nothing that is impaired lies on its way in the time of the failure"
    return Explanation(False, f"order:{order} is not affected: {why}.", (), tuple(notes))


def _reasons(answer: Hits, order: int) -> list[Absorption]:
    """What stopped the failure before this order, the nearest first."""
    f = answer.inputs.columns.fulfillments
    notes: list[Absorption] = []
    for row in np.flatnonzero(f.order == order):
        name = str(f.ids[row])
        if f.status[row] != IN_FLIGHT:
            word = "cancelled" if f.status[row] == CANCELLED else "completed"
            notes.append(
                Absorption(
                    f"fulfillment:{name}",
                    "ended",
                    f"{name} was {word} at {moment(int(f.ended_at[row])).strftime('%Y-%m-%d %H:%M UTC')}",
                )
            )
            continue
        notes += _on_the_way(answer, name, np.array([row], np.int32))
    return [*notes, *answer.absorbed]


def _on_the_way(answer: Hits, name: str, row: NDArray[Any]) -> list[Absorption]:
    columns = answer.inputs.columns
    words = columns.dictionaries.workflows[int(columns.fulfillments.workflow[row[0]])]
    workflow = answer.inputs.topology.workflows.get(words.key)
    if workflow is None:
        return [
            Absorption(
                f"fulfillment:{name}",
                "workflow",
                f"{name} follows {words.key}, which this topology does not have",
            )
        ]
    ahead = (
        {s.id for s in workflow.steps}
        | {t.via for s in workflow.steps for t in s.then if t.via}
        | {e.via for _, e in workflow.records if e.via}
    )
    touching = [i for i in answer.impairments if i.element in ahead]
    if not touching:
        nothing = Absorption(
            f"workflow:{workflow.key}",
            "not on its way",
            f"{workflow.key} uses nothing that the failure impairs",
        )
        return _stopped_before(answer, workflow) or [nothing]
    inside = [i for i in touching if answer.membership.in_scope(row, i.scope)[0]]
    if not inside:
        return [
            Absorption(i.element, "scope", f"{name} is outside the scope of what happens to {i.element}")
            for i in touching[:1]
        ]
    passed = {hop.element for i in inside for hop in i.hops}
    if all(i.effect in (Effect.DEGRADED, Effect.DELAYED) for i in inside) and (
        notes := [a for a in answer.absorbed if a.element in passed]
    ):
        return notes[:1]
    words_of_time = "before or after its window, or is no more than the tolerance later for it"
    return [Absorption(i.element, "time", f"{name} passes {i.element} {words_of_time}") for i in inside[:1]]


def _stopped_before(answer: Hits, workflow: Workflow) -> list[Absorption]:
    """What kept the failure from all that the steps of a workflow need, read and run on."""
    used: set[str] = set()
    for step in workflow.steps:
        used |= {step.id, step.runs_on, *step.reads, *step.needs.optional}
        for need in step.needs.required:
            used |= (
                {need}
                if isinstance(need, str)
                else {member for alternative in need.alternatives for member in alternative}
            )
    return [a for a in answer.absorbed if a.element in used][:1]
