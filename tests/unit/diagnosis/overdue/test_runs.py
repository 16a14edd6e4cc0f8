"""What waits for the run of a batch is not overdue before it, as long as it was done in time."""

import pytest

from graph_models.enums import RecordKind
from graph_models.time import HOUR, MINUTE, Millis
from graph_models.topology import Emission, Schedule, Takes, Topology, Transition, When
from impactgraph.diagnosis.overdue import learn_dwell_baseline, limits, overdue_mask, runs_of
from impactgraph.forecast.durations import Durations, documented_distribution
from tests.drawing import EIGHT, batch, drawn, queue, step
from tests.worlds import Came, Journey, World, columns_of

NOON: Millis = EIGHT + 4 * HOUR
BY_RUN, BY_QUEUE = (
    Transition("send", "integration:hourly", When(channels=("web",))),
    Transition("send", "integration:at-once"),
)


def shop(within: Millis | None, *then: Transition) -> Topology:
    """`pack` takes ten minutes, then an hourly run hands it over where it is of the web."""
    hourly = batch("hourly", "wms", "oms", schedule=Schedule(every=HOUR))
    pack = step(
        "pack",
        "wms",
        takes=Takes(10 * MINUTE, 20 * MINUTE),
        within=within,
        then=then,
        emits=(Emission(RecordKind.TASK, "pack"),),
    )
    return drawn(hourly, queue("at-once", "wms", "oms"), pack, step("send"))


def is_overdue(
    topology: Topology, *, entered: float, done: float | None = None, channel: str = "web", at: Millis = NOON
) -> bool:
    """`entered` and `done` in minutes before noon."""
    came = () if done is None else (Came(RecordKind.TASK, "pack", NOON - round(done * MINUTE)),)
    columns = columns_of(
        World(
            topology,
            (),
            (Journey("O-1", (("pack", NOON - round(entered * MINUTE)),), channel=channel, came=came),),
            at,
        )
    )
    durations = Durations(
        {("ship", "pack"): documented_distribution(topology.workflows["ship"].steps[0].takes)}
    )
    return bool(
        overdue_mask(
            columns, limits(topology, columns, learn_dwell_baseline(topology, columns, at), durations), at
        )[0]
    )


def test_what_was_done_in_time_waits_for_its_run() -> None:
    assert not is_overdue(shop(15 * MINUTE, BY_RUN, BY_QUEUE), entered=50, done=40)


def test_and_is_overdue_once_a_run_has_left_without_it() -> None:
    assert is_overdue(shop(15 * MINUTE, BY_RUN, BY_QUEUE), entered=50, done=40, at=NOON + 1)


def test_what_was_done_too_late_is_overdue_though_a_run_is_ahead() -> None:
    assert is_overdue(shop(15 * MINUTE, BY_RUN, BY_QUEUE), entered=50, done=30)


def test_what_is_not_recorded_as_done_counts_as_done_when_nearly_all_are() -> None:
    assert not is_overdue(shop(25 * MINUTE, BY_RUN, BY_QUEUE), entered=50)
    assert is_overdue(shop(15 * MINUTE, BY_RUN, BY_QUEUE), entered=50)


def test_what_goes_another_way_waits_for_no_run() -> None:
    assert is_overdue(shop(15 * MINUTE, BY_RUN, BY_QUEUE), entered=50, done=40, channel="app")


@pytest.mark.parametrize(
    ("then", "run"),
    [((BY_RUN, BY_QUEUE), NOON), ((BY_QUEUE,), 0), ((), 0)],
    ids=["by a run", "by a queue", "the last step"],
)
def test_the_run_is_the_first_after_the_work(then: tuple[Transition, ...], run: Millis) -> None:
    topology = shop(None, *then)
    came = (Came(RecordKind.TASK, "pack", NOON - 40 * MINUTE),)
    columns = columns_of(
        World(topology, (), (Journey("O-1", (("pack", NOON - 50 * MINUTE),), came=came),), NOON)
    )

    assert runs_of(topology, columns, Durations({}), columns.fulfillments.order).run_at.tolist() == [run]
