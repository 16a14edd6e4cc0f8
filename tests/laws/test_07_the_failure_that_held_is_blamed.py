"""Of several failures at one step, the one that held an order is its first cause, from when they met."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest

from graph_models.enums import Effect, FailureClass
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, Question
from graph_models.time import MINUTE
from graph_models.topology import Takes, Team, Topology, Transition
from impactgraph.ports.store import Store
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.single_failures import owner_shares
from impactgraph.usecases.snapshot import snapshot
from tests.drawing import EIGHT, HOUR, call, drawn, queue, step
from tests.laws.inputs import moment_of, store_of
from tests.worlds import Journey, SmallStore, World, ask

LAW = "07-the-wrong-failure-is-blamed"
NOW = moment_of("12:00")


def asked(*failures: str) -> tuple[list[AffectedOrder], dict[str, int]]:
    """Affected orders, and how many each team owns."""
    store = store_of(LAW, "12:00", "events")
    with snapshot(store, NOW, NOW) as s:
        answer = answer_question(s, Question(failures=failures, as_of=NOW))
        shares = owner_shares(s, answer_question, answer)
        return list(answer.orders().items), {share.team: share.orders for share in shares}


def test_an_order_that_two_failures_hold_is_of_both_teams() -> None:
    """The call is out for as long as the order is at it, and so is the queue behind it."""
    failures = (over("P", "pay", -10, 200), over("H", "hand", 0, 200))
    owned = replace(
        shop(),
        teams={key: Team(key, key) for key in ("payments", "warehouse")},
        integrations={key: replace(each, owner=OWNER.get(key)) for key, each in shop().integrations.items()},
    )
    world = World(owned, failures, (Journey("O-1", (("release", NINE),)),), NINE + HOUR)
    store = cast(Store, SmallStore(world))
    with snapshot(store, world.as_of, world.as_of) as s:
        answer = answer_question(s, Question(as_of=world.as_of))
        shares = owner_shares(s, answer_question, answer)

    assert {share.team: share.orders for share in shares} == {"payments": 1, "warehouse": 1}


@pytest.mark.parametrize("failures", [("MQ",), ("PAY", "MQ"), ("MQ", "PAY")])
def test_orders_that_came_after_one_failure_were_held_by_the_other(failures: tuple[str, ...]) -> None:
    rows, owners = asked(*failures)

    assert {row.order for row in rows} == {"O0", "O1", "O2"}
    for row in rows:
        assert (row.effect, row.path.hops[0].source) == (Effect.BLOCKED, "failure:MQ")
        assert moment_of("10:30") < row.hit_at < moment_of("10:50")
    assert owners["mq"] == 3
    assert owners.get("pay", 0) == 0


def test_the_failure_that_was_over_affects_none() -> None:
    assert asked("PAY")[0] == []


# ---- the kind: whichever barriers a step has, and in whatever order

PICK = Takes(10 * MINUTE, round(10 * MINUTE * 1.02))
NINE = EIGHT + HOUR


def shop() -> Topology:
    return drawn(
        call("pay", "oms", "psp"),
        queue("hand", "oms", "wms"),
        step("release", "oms", "integration:pay", takes=PICK, then=(Transition("pick", "integration:hand"),)),
        step("pick", "wms", takes=Takes(8 * HOUR)),
    )


OWNER = {"pay": "payments", "hand": "warehouse"}


def over(key: str, target: str, since: int, until: int) -> Failure:
    return Failure(
        key,
        f"integration:{target}",
        FailureClass.OUTAGE,
        NINE + since * MINUTE,
        ended_at=NINE + until * MINUTE,
    )


def first_causes(failures: Sequence[Failure], entered: int, left: int) -> list[str]:
    """The failure that hit an order first that was in `release` between these minutes after nine."""
    journey = Journey("O-1", (("release", NINE + entered * MINUTE), ("pick", NINE + left * MINUTE)))
    rows = ask(World(shop(), tuple(failures), (journey,), NINE + 4 * HOUR)).orders().items
    return [row.path.hops[0].source for row in rows]


@pytest.mark.parametrize(
    ("failures", "left", "first"),
    [
        # Over before the visit.
        ([("P", "pay", -60, -20), ("H", "hand", 0, 60)], 61, "H"),
        # Begun after the exit.
        ([("P", "pay", -10, 30), ("H", "hand", 60, 90)], 41, "P"),
        # The call was not in the window, the hand-over was.
        ([("P", "pay", 5, 20), ("H", "hand", 0, 60)], 61, "H"),
        # Two of one hand-over: the one that lasted until the exit.
        ([("H1", "hand", -30, -10), ("H2", "hand", 0, 60)], 61, "H2"),
        # The call held it first, then the hand-over.
        ([("P", "pay", -10, 30), ("H", "hand", 0, 60)], 61, "P"),
    ],
)
def test_what_held_first_comes_first(
    failures: list[tuple[str, str, int, int]], left: int, first: str
) -> None:
    reported = [over(*failure) for failure in failures]

    assert first_causes(reported, entered=0, left=left) == [f"failure:{first}"]
    assert first_causes(list(reversed(reported)), entered=0, left=left) == [f"failure:{first}"]
