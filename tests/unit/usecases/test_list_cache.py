"""Lists are kept within a bound of bytes, and computed once."""

import threading
from dataclasses import dataclass

import pytest

from graph_models.impact import Question
from impactgraph.errors import BadInputError
from impactgraph.usecases.list_cache import OVERHEAD, AnswerKey, ListCache, key_in, place_in
from impactgraph.usecases.paged_answer import key_of_cursors

KEY = AnswerKey.of(Question(), 7, "3-abc", 1_772_443_800_000)


@dataclass(frozen=True)
class Value:
    nbytes: int


def test_what_was_used_least_recently_leaves() -> None:
    lists = ListCache(3 * (OVERHEAD + 100))
    for name in "abc":
        lists.get(KEY, name, lambda: Value(100))
    lists.find(KEY, "a")

    lists.get(KEY, "d", lambda: Value(100))

    assert [name for name in "abcd" if lists.find(KEY, name)] == ["a", "c", "d"]
    assert lists.nbytes <= 3 * (OVERHEAD + 100)


def test_what_is_larger_than_the_bound_is_not_kept() -> None:
    lists = ListCache(OVERHEAD + 100)
    lists.get(KEY, "small", lambda: Value(10))

    assert lists.get(KEY, "large", lambda: Value(101)).nbytes == 101

    assert [bool(lists.find(KEY, name)) for name in ("small", "large")] == [True, False]


def test_a_bound_of_nothing_keeps_nothing() -> None:
    lists = ListCache(0)
    lists.get(KEY, "a", lambda: Value(0))

    assert (len(lists), lists.nbytes) == (0, 0)


def test_threads_that_need_the_same_list_compute_it_once() -> None:
    lists = ListCache(1_000_000)
    computed: list[int] = []
    is_computing, may_end = threading.Event(), threading.Event()

    def make() -> Value:
        computed.append(1)
        is_computing.set()
        assert may_end.wait(30)
        return Value(1)

    threads = [threading.Thread(target=lists.get, args=(KEY, "a", make)) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert is_computing.wait(30)
    may_end.set()
    for thread in threads:
        thread.join()

    assert len(computed) == 1


def test_a_cursor_names_its_answer() -> None:
    cursor = KEY.cursor("WyJhIl0")

    assert (key_in(cursor), place_in(cursor)) == (KEY, "WyJhIl0")
    assert key_of_cursors([cursor, cursor, "WyJhIl0"], Question()) == KEY


@pytest.mark.parametrize(
    "cursor", ["", "WyJhIl0", "a.b", "a~b~c~d.e", "a~1~c~x.e", "~~~.", "a~1~c.d", "a~-1~c~2.d"]
)
def test_any_other_text_names_none(cursor: str) -> None:
    assert key_in(cursor) is None


def test_a_cursor_of_another_question_is_an_error() -> None:
    with pytest.raises(BadInputError, match="another question"):
        key_of_cursors([KEY.cursor("x")], Question(limit=3))


def test_cursors_of_two_answers_are_an_error() -> None:
    other = AnswerKey.of(Question(), 8, "3-abc", 1_772_443_800_000)

    with pytest.raises(BadInputError):
        key_of_cursors([KEY.cursor("x"), other.cursor("x")], Question())
