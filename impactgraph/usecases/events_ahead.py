"""Recorded events that are stamped ahead of the clock: they wait until their time comes."""

from graph_models.counts import say_count
from graph_models.time import MINUTE, Millis
from impactgraph.ports.state import EventsAhead
from impactgraph.ports.store import Store

CLOCK_SKEW: Millis = MINUTE
"""Events up to this far ahead wait as well, but are not reported: clocks differ by as much."""


def events_ahead(store: Store, now: Millis) -> EventsAhead:
    """Those further ahead than clocks usually differ. Raises StoreUnavailableError."""
    return store.events_ahead(now + CLOCK_SKEW)


def ahead_text(ahead: EventsAhead) -> str:
    """`2 events are stamped ahead of the clock, and take effect when their time comes`."""
    takes, whose = ("takes", "its") if ahead.count == 1 else ("take", "their")
    events = say_count(ahead.count, "event is", "events are")
    return f"{events} stamped ahead of the clock, and {takes} effect when {whose} time comes"
