"""The answer in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.estimates import ToCome
from graph_models.failure import Failure
from graph_models.impact import AwaitingReplay, ImpactTotals, RecordTotals
from graph_models.impairment import Absorption
from graph_models.time import Millis
from graph_models.zones import TextClock
from impactgraph.impact.amounts import say_money
from impactgraph.impact.estimate_text import say_estimate, say_money_estimate, say_number, say_to_come

_MOST = 3


@dataclass(frozen=True)
class Remainder:
    """What the totals of a moment leave open: orders to come, work that waits for a replay, and gaps."""

    awaiting_replay: Sequence[AwaitingReplay]
    left_out: Sequence[str]
    """Sentences."""
    clock: TextClock
    to_come: ToCome


def headline(
    failures: Sequence[Failure],
    totals: ImpactTotals,
    absorptions: Sequence[Absorption],
    remainder: Remainder,
) -> str:
    """What is hit, how much of it now, what it is worth, and which records; or why nothing is.

    Then what waits for a replay, and what the answer leaves out.
    """
    parts = [*_impact(failures, totals, absorptions, remainder), *_awaiting(remainder.awaiting_replay)]
    if not failures and not remainder.awaiting_replay:
        parts = ["No failure is active, so nothing is affected"]
    return " ".join(["; ".join(parts) + ".", *(_left_out(remainder.left_out))])


def _left_out(sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return []
    more = f" {len(sentences) - 1} more gaps are among the assumptions." if len(sentences) > 1 else ""
    return [f"Not complete: {sentences[0]}{more}"]


def _awaiting(groups: Sequence[AwaitingReplay]) -> list[str]:
    """One part for all failures that have ended, one for dead letters without a failure."""
    parts: list[str] = []
    for group in groups[:_MOST]:
        cause = (
            f" after {group.failure}" if group.failure else ", in dead-letter queues that no failure explains"
        )
        what = [_count(group.orders, "order")] if group.orders else []
        what += [_count(group.records, "record")] if group.records else []
        verb = "waits" if group.orders + group.records == 1 else "wait"
        parts.append(f"{' and '.join(what)} worth {say_money(group.value)} {verb} for a replay{cause}")
    if len(groups) > _MOST:
        parts.append(f"{len(groups) - _MOST} more ended failures left work that waits for a replay")
    return parts


def _impact(
    failures: Sequence[Failure],
    totals: ImpactTotals,
    absorptions: Sequence[Absorption],
    remainder: Remainder,
) -> list[str]:
    if not failures:
        return ["No failure is active"]
    who = " and ".join(_failure_name(f, remainder.clock.now) for f in failures[:_MOST]) + (
        f" and {len(failures) - _MOST} more" if len(failures) > _MOST else ""
    )
    verb = "affects" if len(failures) == 1 else "affect"
    to_come = say_to_come(remainder.to_come, remainder.clock, "more " if totals.orders else "")
    if not totals.orders and to_come is not None:
        return [f"{who} {verb} no order yet", to_come]
    if not totals.orders:
        assumed = "if it ends soon, " if any(_is_overdue(f, remainder.clock.now) for f in failures) else ""
        why = (
            f": {absorptions[0].detail}"
            if absorptions
            else f": {assumed}nothing in flight passes what it impairs in its time and scope"
        )
        return [f"{who} {verb} no order{why}"]
    of = totals.estimates
    bands = [
        f"{say_number(band.expected)} {word}"
        for band, word in (
            (of.stuck, "stuck now"),
            (of.exposed, "exposed"),
            (of.upcoming, "upcoming"),
            (of.records_only, "with only records affected"),
        )
        if band.possible
    ]
    orders = say_estimate(of.orders, "order")
    parts = [f"{who} {verb} {orders} worth {say_money_estimate(of.value)}: {', '.join(bands)}"]
    if of.promises_missed.possible:
        parts.append(f"{say_estimate(of.promises_missed, 'promise')} missed because of this")
    for rows, estimate, word in (
        (totals.postings, of.postings, "posting"),
        (totals.notifications, of.notifications, "customer message"),
    ):
        if rows:
            parts.append(f"{say_estimate(estimate, word)}: {_by_effect(rows)}")
    if of.refunds_at_risk:
        parts.append(f"refunds at risk of {say_money_estimate(of.refunds_at_risk)}")
    if to_come is not None:
        parts.append(to_come)
    return parts


def _failure_name(failure: Failure, as_of: Millis) -> str:
    has_ended = failure.ended_at is not None and failure.ended_at <= as_of and not failure.is_supposed
    what = f"{failure.failure_class.value.lower().replace('_', ' ')} of {failure.target}"
    late = ", should have ended" if _is_overdue(failure, as_of) else ""
    return f"{failure.key} ({what}{', ended' if has_ended else late})"


def _is_overdue(failure: Failure, as_of: Millis) -> bool:
    """Whether its expected end has passed, and no end is known: the forecast assumes that it ends soon."""
    return failure.ended_at is None and failure.expected_end is not None and failure.expected_end < as_of


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _by_effect(rows: Sequence[RecordTotals]) -> str:
    """Such as `120 late and 4 missing`: expected numbers."""
    by_effect: dict[str, float] = {}
    for row in rows:
        name = row.effect.value.lower().replace("_", " ")
        by_effect[name] = by_effect.get(name, 0.0) + row.expected
    ranked = sorted(by_effect.items(), key=lambda pair: (-pair[1], pair[0]))
    return " and ".join(f"{say_number(expected)} {name}" for name, expected in ranked)
