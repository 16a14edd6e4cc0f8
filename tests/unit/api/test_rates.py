"""Rate limits when the time of day is set."""

from api.errors import RateLimitedError
from api.hardening.rates import Rates
from graph_models.access import Principal, RequestLimit, Role

ANA = Principal("key:ana", "ana", roles=frozenset({Role.VIEWER}))


def _is_answered(rates: Rates) -> bool:
    try:
        rates.take_request(ANA)
    except RateLimitedError:
        return False
    return True


def test_a_clock_that_is_set_back_keeps_nobody_out():
    seconds = iter([0.0] * 5 + [7200.0] * 3)  # of a clock that nobody sets, while it stays the same moment
    rates = Rates(RequestLimit(requests=2), {}, None, clock=lambda: next(seconds))

    before = [_is_answered(rates) for _ in range(2)]
    after = [_is_answered(rates) for _ in range(3)]

    assert (before, after) == ([True, True], [True, True, False])


def test_a_clock_that_is_adjusted_changes_no_limit():
    seconds = iter([0.0, 0.0, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2])
    rates = Rates(RequestLimit(requests=2), {}, None, clock=lambda: next(seconds))

    assert [_is_answered(rates) for _ in range(6)] == [True, True, False, False, False, False]
