"""A hold of records: they wait until the failures have ended, instead of meeting them on their way."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from graph_models.enums import Effect
from graph_models.impairment import Impairment
from graph_models.scope import EVERYWHERE, Scope
from graph_models.time import Millis
from impactgraph.forecast.impairment_forecast import ImpairmentForecast

HOLD = "records are held"
"""Rule of the impairment. It holds nothing that was sent by now, so it divides no bins: the forecast of an
order is the same with it and without.
"""
_NOT_MET = (Effect.STALE, Effect.DUPLICATED, Effect.REJECTED)
"""What happens to a record only if it is sent while the failure lasts."""


def with_hold(
    forecast: ImpairmentForecast, ways: Mapping[str, Collection[str]], types: Collection[str], since: Millis
) -> ImpairmentForecast:
    """The impairments where records wait from `since` until the last failure ends.

    `ways`: by full id of each integration the types of all records that it carries; `types`: of those that
    are held, none: all. The same impairments if no failure is expected to last until `since`.
    """
    nominal = forecast.ends.nominal
    last = max(nominal, key=lambda key: (nominal[key], key), default=None)
    if last is None or nominal[last] <= since:
        return forecast
    hold = Impairment("", Effect.BLOCKED, since, until=nominal[last], failures=(last,), rule=HOLD)
    entries = list[Impairment]()
    for each in forecast.entries:
        is_met = each.element not in ways or each.effect not in _NOT_MET or each.until <= since
        entries += [each] if is_met else _not_held(each, ways[each.element], types, since)
    holds = (replace(hold, element=way, scope=_scope_of(types)) for way in sorted(ways))
    return replace(forecast, entries=(*entries, *holds))


def _not_held(
    impairment: Impairment, carried: Collection[str], held: Collection[str], since: Millis
) -> Iterator[Impairment]:
    """What records still meet: all of them before the hold, and then those that are not held."""
    if impairment.since < since:
        yield replace(impairment, until=since, fixed_end=True)
    types = impairment.scope.values("message_types") or tuple(carried)
    others = [each for each in types if each not in held] if held else []
    if others:
        scope = impairment.scope.without("message_types").intersection(_scope_of(others))
        yield replace(impairment, scope=scope, since=max(impairment.since, since))


def _scope_of(types: Collection[str]) -> Scope:
    return Scope.of(message_types=types) if types else EVERYWHERE
