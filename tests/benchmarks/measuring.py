"""How long something takes."""

from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time

ROUNDS = 9


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Medians of the clock and of processor time, in milliseconds, after a first round that does not
    count.
    """
    work()
    clock, processor = list[float](), list[float]()
    for _ in range(ROUNDS):
        start, used = perf_counter(), process_time()
        work()
        clock.append(perf_counter() - start)
        processor.append(process_time() - used)
    return median(clock) * 1000, median(processor) * 1000
