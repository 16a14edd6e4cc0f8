"""Commands that try something many times: so often, or for so many minutes, with a line of progress."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

BETWEEN_LINES = 10.0
"""Seconds."""
_PASSES = (0, 4, 2, 6, 1, 5, 3, 7)
T = TypeVar("T")


def options(description: str | None, count: str, default: int, seed: int) -> argparse.ArgumentParser:
    """Arguments COUNT and SEED, and `--minutes`; `count` is the name of what is counted."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", nargs="?", type=whole_number, default=default, metavar=count)
    parser.add_argument("seed", nargs="?", type=whole_number, default=seed, metavar="SEED")
    add_minutes(parser)
    return parser


def add_minutes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--minutes",
        type=float,
        default=float("inf"),
        help="No new one is begun after this time; the result is of those that were done.",
    )


def whole_number(text: str) -> int:
    """Of `10,000` too. Raises ValueError."""
    return int(text.replace(",", ""))


def trials(
    all_trials: Iterable[T],
    minutes: float,
    state: Callable[[], object],
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """The trials until their time is over, one at least. Prints how many were done and what came of them
    (`state`) from time to time and after the last.
    """
    start = said_at = clock()
    done = 0
    for each in all_trials:
        yield each
        done += 1
        is_over = clock() - start >= 60 * minutes
        if is_over:
            break
        if clock() - said_at >= BETWEEN_LINES:
            said_at = clock()
            _say(done, said_at - start, state())
    _say(done, clock() - start, state())


def passes(places: Sequence[T]) -> list[Sequence[T]]:
    """All places once, in eight passes, each over the whole length: what a limit of time leaves out is then
    not the end.
    """
    return [places[first :: len(_PASSES)] for first in _PASSES]


def _say(done: int, seconds: float, state: object) -> None:
    sys.stdout.write(f"{done:,} in {seconds:,.0f} s: {state}\n")
    sys.stdout.flush()
