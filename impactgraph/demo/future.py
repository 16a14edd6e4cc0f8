"""What happens after the moment that a demo is made for: the orders of its book go on, and others are placed as before."""

from collections.abc import Iterator
from itertools import chain, count
from operator import itemgetter

from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.demo.book import Book, Setting, next_hour
from impactgraph.demo.lines import Window, events_within

SPAN = MINUTE
"""What is written at once: long enough that looking for it is seldom, short enough to be small. A part of an hour, as hours are made up at once."""


def events_after(setting: Setting, book: Book, hourly: float) -> Iterator[tuple[Millis, bytes]]:
    """Every event after the present of the setting, by time and without end: (moment, line).

    The two failures go on as they are. Of a minute, each costs a look at all moments of the orders that are not through, and the lines.
    """
    books, placed = [(book.last, book)], len(book.orders)
    for since in count(setting.now, SPAN):
        if (since - setting.now) % HOUR == 0:
            hour = next_hour(setting, hourly, since, placed)
            books, placed = (
                [*((last, other) for last, other in books if last > since), (hour.last, hour)],
                placed + len(hour.orders),
            )
        window = Window(since, since + SPAN)
        yield from sorted(
            chain.from_iterable(events_within(each, setting.topology, window) for _, each in books),
            key=itemgetter(0),
        )
