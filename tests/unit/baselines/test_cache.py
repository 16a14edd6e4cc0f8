"""The cache of baselines under concurrent callers: keys are independent, and each is computed once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from impactgraph.baselines import Cache

PATIENCE = 30.0
"""Seconds after which a test that would otherwise hang fails."""


def test_threads_that_ask_for_different_keys_do_not_block_each_other() -> None:
    cache: Cache[str, str] = Cache(4)
    both_compute = Barrier(2)

    def compute(key: str) -> str:
        both_compute.wait(PATIENCE)
        return f"value of {key}"

    with ThreadPoolExecutor(2) as threads:
        values = [threads.submit(cache.get, key, lambda key=key: compute(key)) for key in ("a", "b")]

        assert [value.result(PATIENCE) for value in values] == ["value of a", "value of b"]


def test_a_cached_key_is_returned_while_another_is_computed() -> None:
    cache: Cache[str, int] = Cache(4)
    cache.get("a", lambda: 1)
    is_computing, may_finish = Event(), Event()

    def compute() -> int:
        is_computing.set()
        assert may_finish.wait(PATIENCE)
        return 2

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(cache.get, "b", compute)
        try:
            assert is_computing.wait(PATIENCE)
            assert cache.get("a", lambda: 3) == 1
        finally:
            may_finish.set()
        assert slow.result(PATIENCE) == 2


def test_concurrent_callers_of_one_key_share_one_computation() -> None:
    callers = 8
    cache: Cache[str, object] = Cache(4)
    all_begin, computations = Barrier(callers), list[object]()
    others_begin = Barrier(callers)

    def compute() -> object:
        others_begin.wait(PATIENCE)
        computations.append(object())
        return computations[-1]

    def call(number: int) -> object:
        all_begin.wait(PATIENCE)
        if number:
            others_begin.wait(PATIENCE)
        return cache.get("a", compute)

    with ThreadPoolExecutor(callers) as threads:
        values = list(threads.map(call, range(callers)))

    assert len(computations) == 1
    assert values == computations * callers


def test_the_next_caller_computes_where_a_computation_raised() -> None:
    cache: Cache[str, int] = Cache(4)

    def fail() -> int:
        raise ValueError("no history")

    with pytest.raises(ValueError, match="no history"):
        cache.get("a", fail)

    assert cache.get("a", lambda: 1) == 1
