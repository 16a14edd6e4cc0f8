"""Suspects over random quiet histories, and over the same with a step that stands still.

Orders pass three steps. Quiet histories differ in how counts scatter: as Poisson, with hours in which nobody
works, with runs that move everything at once, and not at all by night. The record has all ended orders, or a
tenth of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from graph_models.scope import EVERYWHERE
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.diagnosis.suspects.evidence import Evidence, flow_of, usual_of
from impactgraph.diagnosis.suspects.hypotheses import Hypothesis
from impactgraph.diagnosis.suspects.pace import hazards, observe, observe_before
from impactgraph.diagnosis.suspects.posterior import Likely, likely
from impactgraph.diagnosis.suspects.rank import Comparison
from impactgraph.diagnosis.suspects.retention import COMPLETE, hidden_places, retention
from impactgraph.diagnosis.suspects.transits import Place, TransitKind, Transits
from impactgraph.diagnosis.suspects.windows import no_events

NOW: Millis = 1_772_546_400_000
SPAN = 72 * HOUR
PLACES = tuple(Place(TransitKind.WORK, "ship", step) for step in ("pick", "pack", "deliver"))
MEDIANS = (40 * MINUTE, 10 * MINUTE, 6 * HOUR)
BLAMED = 0.5
HISTORIES = 20
MOST_BLAMED = 2
"""Of so many histories: one in twenty, and what chance adds."""
SEEDS = st.integers(0, 10_000)
Moments = NDArray[np.int64]
Dice = np.random.Generator


@dataclass(frozen=True)
class History:
    """By order: when it entered each step, and when it left the last one."""

    entered_at: Moments
    """(orders, steps + 1)."""


def history(
    seed: int, ends: Callable[[Moments, Dice], Moments], *, stands: int | None = None, orders: int = 2_000
) -> History:
    """`ends` moves the ends of a step; from two hours ago on the step `stands` still, if it is given."""
    dice = np.random.default_rng(seed)
    entered = [np.sort(NOW - dice.integers(0, SPAN, orders))]
    for step, median in enumerate(MEDIANS):
        at = ends(entered[-1] + (dice.lognormal(0, 0.5, orders) * median).astype(np.int64), dice)
        entered.append(np.where(at > NOW - 2 * HOUR, NOW + SPAN, at) if step == stands else at)
    return History(np.stack(entered, axis=1))


def poisson(at: Moments, _: Dice) -> Moments:
    return at


def with_breaks(at: Moments, dice: Dice) -> Moments:
    """In one hour of six nobody works: what would end in it ends when the next hour begins."""
    hour = (at - (NOW - SPAN)) // HOUR
    is_break = dice.random(int(hour.max()) + 2) < 1 / 6
    return np.where(
        is_break[hour], NOW - SPAN + (hour + 1) * HOUR + dice.integers(0, 5 * MINUTE, len(at)), at
    )


def in_runs(at: Moments, _: Dice) -> Moments:
    """Everything ends with a run, every three hours."""
    return -(-at // (3 * HOUR)) * 3 * HOUR


def by_day(at: Moments, _: Dice) -> Moments:
    """From six hours before to two hours after the moment of the day at which is asked, nobody works."""
    since_opening = (at - NOW - 2 * HOUR) % (24 * HOUR)
    return np.where(since_opening >= 16 * HOUR, at - since_opening + 24 * HOUR, at)


QUIET = {"as poisson": poisson, "with breaks": with_breaks, "in runs": in_runs, "by day": by_day}


def suspected(lived: History, kept: NDArray[np.bool_] | None = None) -> list[Likely]:
    """Of each step, and of all steps together, the likeliest first."""
    rows = np.arange(len(lived.entered_at)) if kept is None else np.flatnonzero(kept)
    entered_at = lived.entered_at[rows]
    ended_at = np.where(entered_at[:, -1] <= NOW, entered_at[:, -1], 0)
    transits = _transits(entered_at)
    share = retention(entered_at[:, 0], ended_at, NOW)
    hidden = hidden_places(transits, ended_at[transits.rows], share, [len(PLACES) - 1], NOW)
    hazard_of = {place: own for place, own in hazards(transits, NOW).items() if place not in hidden}
    observed, before = observe(transits, hazard_of, NOW), observe_before(transits, hazard_of, NOW)
    usual = usual_of(before, np.arange(len(before.transits)))
    flow = flow_of(observed, np.arange(len(observed.transits)), usual)
    classes = [(_hypothesis(place.step, [place]),) for place in PLACES] + [(_hypothesis("all", PLACES),)]
    evidence = [Evidence(EVERYWHERE, flow, no_events(), no_events())]
    return likely(Comparison(classes, PLACES, np.ones(len(PLACES)), evidence).ranking(), [], 50)


def _transits(entered_at: Moments) -> Transits:
    place, row = np.meshgrid(np.arange(len(PLACES)), np.arange(len(entered_at)))
    began_at, left_at = entered_at[:, :-1].ravel(), entered_at[:, 1:].ravel()
    has_begun = began_at < NOW
    ended_at = np.where(left_at <= NOW, np.maximum(left_at, began_at + 1), 0)
    every = Transits(
        places=PLACES,
        place=place.ravel().astype(np.int32),
        rows=row.ravel().astype(np.int32),
        began_at=began_at,
        ended_at=ended_at,
        observed_until=np.where(ended_at > 0, ended_at, NOW),
    )
    return every.take(has_begun)


def _hypothesis(name: str, places: tuple[Place, ...] | list[Place]) -> Hypothesis:
    none = frozenset[Place]()
    return Hypothesis(f"system:{name}", frozenset(places), none, frozenset[str](), none)


def _sample(lived: History, seed: int) -> NDArray[np.bool_]:
    """Every order in flight, and a tenth of the ended ones."""
    is_kept = np.random.default_rng(seed).random(len(lived.entered_at)) < 0.1
    return (lived.entered_at[:, -1] > NOW) | is_kept


def _blamed(histories: Iterable[list[Likely]]) -> int:
    """In how many somebody is blamed."""
    return sum(found[0].likelihood >= BLAMED for found in histories)


@pytest.mark.parametrize("kind", QUIET)
@settings(max_examples=2)
@given(seed=SEEDS)
def test_quiet_histories_have_hardly_any_suspects(kind: str, seed: int) -> None:
    histories = (suspected(history(each, QUIET[kind])) for each in range(seed, seed + HISTORIES))

    assert _blamed(histories) <= MOST_BLAMED


@pytest.mark.parametrize("kind", QUIET)
@settings(max_examples=2)
@given(seed=SEEDS)
def test_missing_ended_orders_lead_to_hardly_any_suspects(kind: str, seed: int) -> None:
    every = ((history(each, QUIET[kind], orders=4_000), each) for each in range(seed, seed + HISTORIES))

    assert _blamed(suspected(lived, _sample(lived, each)) for lived, each in every) <= MOST_BLAMED


@settings(max_examples=25)
@given(seed=SEEDS, stands=st.integers(0, 1))
def test_a_step_that_has_stopped_is_found(seed: int, stands: int) -> None:
    first = suspected(history(seed, poisson, stands=stands, orders=3_000))[0]

    assert first.explanation.hypotheses[0].element == f"system:{PLACES[stands].step}"
    assert first.likelihood >= BLAMED


@settings(max_examples=25)
@given(seed=SEEDS)
def test_retention_is_the_share_of_ended_orders_on_record(seed: int) -> None:
    lived = history(seed, poisson, orders=6_000)
    kept = _sample(lived, seed)
    placed_at, last = lived.entered_at[:, 0], lived.entered_at[:, -1]
    ended_at = np.where(last <= NOW, last, 0)

    assert retention(placed_at, ended_at, NOW) > COMPLETE
    assert retention(placed_at[kept], ended_at[kept], NOW) < 0.3
