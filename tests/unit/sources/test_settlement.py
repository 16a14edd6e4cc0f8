"""When a value of a rising column is settled: no row can appear any more up to it. Held against transactions
that get their values in order and commit in any order.
"""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from impactgraph.sources.settlement import Settlement


@dataclass(frozen=True)
class Writer:
    """A transaction: it begins, gets a value, and commits, in this order of ticks."""

    begins: int
    writes: int
    commits: int


writers = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 15), st.integers(0, 15)).map(
        lambda each: Writer(each[0], each[0] + each[1], each[0] + each[1] + each[2])
    ),
    max_size=12,
)


@given(writers=writers, looks=st.lists(st.integers(1, 6), min_size=3, max_size=25), unit=st.integers(1, 3))
def test_no_row_appears_up_to_a_value_that_was_read(
    writers: list[Writer], looks: list[int], unit: int
) -> None:
    """Values are the tick of the write, as coarse as the time between looks allows."""
    settlement, position, read, tick = Settlement(), -1, list[Writer](), 0
    for pause in looks:
        tick += max(pause, unit)
        visible = [each for each in writers if each.commits <= tick and each.writes // unit > position]
        open_now = frozenset(
            str(number) for number, each in enumerate(writers) if each.begins <= tick < each.commits
        )
        newest = max((each.writes // unit for each in visible), default=None)
        settlement.look(None if newest is None else str(newest), open_now)
        if settlement.settled is not None:
            settled = int(settlement.settled)
            read += [each for each in visible if each.writes // unit <= settled]
            position = settled
            settlement.start_over()

    behind = [each for each in writers if each.writes // unit <= position]
    assert sorted(map(repr, read)) == sorted(map(repr, behind))


def test_a_value_waits_for_the_transactions_that_were_open_and_for_no_others() -> None:
    settlement = Settlement()
    settlement.look("7", frozenset({"a"}))
    settlement.look("8", frozenset({"a", "b"}))
    settlement.look("9", frozenset({"b", "c"}))

    assert (settlement.settled, settlement.waiting_for) == (None, frozenset({"b"}))
    settlement.look("9", frozenset({"c"}))
    assert settlement.settled == "7"


def test_nothing_is_settled_where_there_is_nothing() -> None:
    settlement = Settlement()
    settlement.look(None, frozenset())
    settlement.look(None, frozenset())

    assert (settlement.candidate, settlement.settled) == (None, None)
