"""Postings that wait for a rare run of a batch and must follow each other: no question about them fails, and
none is missing before its run.
"""

from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.enums import FailureClass, RecordEffect, RecordKind
from graph_models.failure import Failure
from graph_models.time import DAY, HOUR, MINUTE
from graph_models.topology import Topology
from impactgraph.ports.store import Store
from impactgraph.topology.calendar import Calendar
from impactgraph.topology.load import check_documents
from impactgraph.usecases.records import RecordsQuestion, watch_records
from impactgraph.usecases.why import Case
from tests.asking import cases_of
from tests.laws.inputs import moment_of
from tests.worlds import Came, Journey, SmallStore, World

TOPOLOGY = """
impactgraph: 1
systems: {{oms: {{}}, erp: {{}}}}
integrations:
  posts: {{from: oms, to: erp, transport: batch, cron: "{cron}"}}
workflows:
  ship:
    steps:
      pack: {{runs_on: oms, takes: 10m, then: [{{step: ship, via: posts}}]}}
      ship:
        runs_on: oms
        takes: 1h
        then: [deliver]
        emits:
          postings:
            - {{type: goods_issue, via: posts, due: 24h, amount: 0.6}}
            - {{type: invoice, via: posts, {due}after: [goods_issue], amount: value}}
      deliver: {{runs_on: oms, takes: 20h}}
"""
NOON = moment_of("12:00")
CRONS = ("0 2 * * *", "30 2 * * 6", "0 0 31 * *", "0 0 29 2 *", "0 0 1 1 *")
"""Nightly, weekly, every 31st, every fourth year, yearly."""
STEPS = ("pack", "ship", "deliver")


def topology_of(cron: str, due: str) -> Topology:
    return check_documents({"topology.yaml": TOPOLOGY.format(cron=cron, due=due)}).require_topology()


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """An order some steps on, with some of its postings, and perhaps a failure of the batch."""
    topology = topology_of(draw(st.sampled_from(CRONS)), draw(st.sampled_from(["", "due: 24h, "])))
    as_of = NOON + draw(st.sampled_from([-10 * HOUR, 0, DAY, 40 * DAY]))
    entered_at = as_of - draw(st.integers(4, 3 * 24 * 60)) * MINUTE
    stays = tuple((step, entered_at + n * MINUTE) for n, step in enumerate(STEPS[: draw(st.integers(1, 3))]))
    came = tuple(
        Came(RecordKind.POSTING, type_, as_of - draw(st.integers(0, 600)) * MINUTE, micros, "EUR")
        for type_, micros in (("goods_issue", 60_000_000), ("invoice", 100_000_000))
        if draw(st.booleans())
    )
    ended = as_of if len(stays) == 3 and draw(st.booleans()) else 0
    failure = Failure(
        "F",
        "integration:posts",
        draw(st.sampled_from([FailureClass.OUTAGE, FailureClass.MISSED_RUN])),
        as_of - HOUR,
    )
    failures = (failure,) if draw(st.booleans()) else ()
    return World(topology, failures, (Journey("O-1", stays, came=came, ended=ended),), as_of)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_no_question_about_postings_of_rare_runs_fails(world: World) -> None:
    case = case_of(world)

    assert case.diagnosis.headline.endswith(".")
    assert "O-1" in case.diagnosis.headline


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_no_posting_is_missing_before_its_run_and_the_time_that_it_may_take(world: World) -> None:
    [schedule] = [each.schedule for each in world.topology.integrations.values()]
    assert schedule is not None
    completed_at = dict(world.journeys[0].stays).get("deliver")

    for record in case_of(world).diagnosis.missing:
        assert completed_at is not None
        assert Calendar(schedule).next_run(completed_at) < world.as_of
        assert record.due < world.as_of


def case_of(world: World) -> Case:
    """As the desk and the list of records ask."""
    store = cast(Store, SmallStore(world))
    with watch_records(store, RecordsQuestion(), world.as_of) as answer:
        listed = answer.page(first=10, after=None).items
    case = cases_of(store, ["O-1"], world.as_of)["O-1"]
    missing = [finding.type for finding in listed if finding.effect is RecordEffect.MISSING]
    assert sorted(missing) == sorted(record.type for record in case.diagnosis.missing)
    return case
