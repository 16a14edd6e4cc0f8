"""Elements that would explain what orders show beyond what is on record, kept between questions: an answer on the phone must not wait for them."""

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from weakref import WeakKeyDictionary

from graph_models.time import MINUTE, Millis
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.errors import NoTopologyError
from impactgraph.ports.store import Store
from impactgraph.usecases.overdue import OverdueQuestion, overdue

FRESH: Millis = 5 * MINUTE
_KEPT = 4

Key = tuple[str, Millis | None, Millis, tuple[str, ...]]
_kept: WeakKeyDictionary[Store, OrderedDict[Key, tuple[Suspect, ...]]] = WeakKeyDictionary()
_lock = Lock()


def suspected(store: Store, now: Millis, as_of: Millis | None = None) -> tuple[Suspect, ...]:
    """Best first, at most five minutes old; each with a failure that could be reported of it, as one that is supposed."""
    at = now if as_of is None else as_of
    key = (
        store.topology(as_of).version,
        as_of,
        at // FRESH,
        tuple(failure.key for failure in store.failures(as_of) if failure.active_at(at)),
    )
    with _lock:
        kept = _kept.setdefault(store, OrderedDict())
        if key not in kept:
            kept[key] = _found(store, now, as_of)
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        return kept[key]


def _found(store: Store, now: Millis, as_of: Millis | None) -> tuple[Suspect, ...]:
    try:
        with overdue(store, OverdueQuestion(as_of=as_of), now) as found:
            return tuple(
                replace(each, failure=replace(each.failure, key=f"suspected-{n}", supposed=True))
                for n, each in enumerate(found.suspects, 1)
            )
    except NoTopologyError:
        return ()
