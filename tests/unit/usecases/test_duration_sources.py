"""What a blast radius says of the durations that it uses: others are named only where there are some."""

import numpy as np
import pytest

from graph_models.counts import say_count
from impactgraph.forecast.durations import GRID, Distribution, Durations
from impactgraph.usecases.blast_radius import duration_sources


def durations(*visits: int) -> Durations:
    at = np.ones(len(GRID))
    return Durations({("ship", f"step-{n}"): Distribution(at, count) for n, count in enumerate(visits)})


@pytest.mark.parametrize(
    ("visits", "sentences"),
    [
        ((), ()),
        ((0, 0), ("Durations are as the topology states them: no visit was observed to end.",)),
        ((7, 1_200), ("Durations of all steps are learned from 1,207 observed durations.",)),
        ((1,), ("Durations of all steps are learned from 1 observed duration.",)),
        (
            (9, 0),
            (
                "Durations of 1 of 2 steps are learned from 9 observed durations, the other is as the "
                "topology states it.",
            ),
        ),
        (
            (9, 0, 0),
            (
                "Durations of 1 of 3 steps are learned from 9 observed durations, the others are as the "
                "topology states them.",
            ),
        ),
    ],
)
def test_others_are_named_only_where_there_are_others(
    visits: tuple[int, ...], sentences: tuple[str, ...]
) -> None:
    assert duration_sources(durations(*visits)) == sentences


def test_one_is_in_the_singular() -> None:
    assert [say_count(n, "order") for n in (0, 1, 2_300)] == ["0 orders", "1 order", "2,300 orders"]
    assert say_count(1, "entry has", "entries have") == "1 entry has"
    assert say_count(2, "entry has", "entries have") == "2 entries have"
