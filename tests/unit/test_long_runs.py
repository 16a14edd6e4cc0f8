"""Commands that try something many times end at their count or at their time, and say what was done."""

from collections.abc import Callable
from itertools import count

import pytest

from tests.long_runs import BETWEEN_LINES, options, passes, trials


def _clock(seconds: float) -> Callable[[], float]:
    """A clock that is so much later at each look at it."""
    looks = count()
    return lambda: next(looks) * seconds


def test_all_are_tried_where_the_time_allows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(trials("abc", float("inf"), lambda: "right", _clock(1))) == ["a", "b", "c"]

    assert capsys.readouterr().out == "3 in 7 s: right\n"


def test_none_is_begun_once_the_time_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    done = list(trials(count(), 5, lambda: "right", _clock(61)))

    assert done == [0, 1, 2]
    assert capsys.readouterr().out.splitlines()[-1].startswith("3 in ")


def test_one_is_tried_however_short_the_time_is() -> None:
    assert list(trials("abc", 0, lambda: "", _clock(1))) == ["a"]


def test_progress_is_printed_from_time_to_time(capsys: pytest.CaptureFixture[str]) -> None:
    done = list[int]()
    for each in trials(range(6), float("inf"), lambda: f"latest {done[-1]}", _clock(BETWEEN_LINES / 3)):
        done.append(each)

    lines = capsys.readouterr().out.splitlines()

    assert 1 < len(lines) < 6
    assert lines[-1].endswith("latest 5")


@pytest.mark.parametrize("count", [0, 1, 7, 8, 100])
def test_each_pass_is_over_the_whole_length(count: int) -> None:
    found = passes(range(count))

    assert sorted(place for each in found for place in each) == [*range(count)]
    assert all(each[0] < 8 and each[-1] >= count - 8 for each in found if each)


def test_counts_may_have_commas() -> None:
    arguments = options("", "TRIALS", 5, seed=1).parse_args(["10,000", "7", "--minutes", "2.5"])

    assert (arguments.count, arguments.seed, arguments.minutes) == (10_000, 7, 2.5)
