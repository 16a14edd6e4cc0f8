"""The answer in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.counts import say_count
from graph_models.enums import RecordEffect
from graph_models.estimates import Estimate, Estimates, ToCome
from graph_models.failure import Failure
from graph_models.impact import AwaitingReplay, ImpactTotals, RecordTotals
from graph_models.topology import Topology
from graph_models.zones import TextClock
from impactgraph.impact.amounts import say_money
from impactgraph.impact.estimate_text import say_estimate, say_money_estimate, say_number, say_to_come
from impactgraph.topology.names import class_noun, element_text, failure_of

_MOST = 3


@dataclass(frozen=True)
class Circumstances:
    """What a headline says beside the totals."""

    awaiting_replay: Sequence[AwaitingReplay]
    """Work that waits for a replay."""
    left_out: Sequence[str]
    """What the answer says nothing of, in sentences."""
    clock: TextClock
    topology: Topology
    """For the names of its elements."""
    to_come: ToCome
    why_none: str = ""
    """Why no order is affected, where none is."""
    asked_for: str = ""
    """The filter of the question; empty: all orders."""


def headline(
    failures: Sequence[Failure],
    totals: ImpactTotals,
    circumstances: Circumstances,
) -> str:
    """What is hit, how much of it now, what it is worth, and which records; or why nothing is.

    Then what waits for a replay, and what the answer leaves out.
    """
    parts = [*_impact(failures, totals, circumstances), *_awaiting(circumstances.awaiting_replay)]
    if not failures and not circumstances.awaiting_replay:
        parts = ["No failure is active, so nothing is affected"]
    return " ".join(["; ".join(parts) + ".", *(_left_out(circumstances.left_out))])


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
        what = [say_count(group.orders, "order")] if group.orders else []
        what += [say_count(group.records, "record")] if group.records else []
        verb = "waits" if group.orders + group.records == 1 else "wait"
        parts.append(f"{' and '.join(what)} worth {say_money(group.value)} {verb} for a replay{cause}")
    if len(groups) > _MOST:
        parts.append(f"{len(groups) - _MOST} more ended failures left work that waits for a replay")
    return parts


def _impact(
    failures: Sequence[Failure],
    totals: ImpactTotals,
    circumstances: Circumstances,
) -> list[str]:
    if not failures:
        return ["No failure is active"]
    who = _subject(failures, circumstances)
    verb = "affects" if len(failures) == 1 else "affect"
    to_come = say_to_come(circumstances.to_come, circumstances.clock, "more " if totals.orders else "")
    if not totals.orders and to_come is not None:
        return [f"{who} {verb} no order yet", to_come]
    if not totals.orders:
        asked_for = f" of those asked for ({circumstances.asked_for})" if circumstances.asked_for else ""
        return [f"{who} {verb} no order{asked_for}: {circumstances.why_none}"]
    of = totals.estimates
    orders = say_estimate(of.orders, "order")
    parts = [f"{who} {verb} {orders} worth {say_money_estimate(of.value)}: {_by_band(of)}"]
    if of.promises_missed.possible:
        parts.append(f"{say_estimate(of.promises_missed, 'promise')} missed because of this")
    for rows, estimate, word in (
        (totals.postings, of.postings, "posting"),
        (totals.notifications, of.notifications, "customer message"),
    ):
        if rows:
            parts.append(_records(rows, estimate, word))
    if of.refunds_at_risk:
        parts.append(f"refunds at risk of {say_money_estimate(of.refunds_at_risk)}")
    if to_come is not None:
        parts.append(to_come)
    return parts


def _subject(failures: Sequence[Failure], circumstances: Circumstances) -> str:
    """Whose effects the sentence is about: failures by name, or a condition where all are supposed."""
    more = f" and {len(failures) - _MOST} more" if len(failures) > _MOST else ""
    if not all(failure.is_supposed for failure in failures):
        return " and ".join(_failure_name(failure, circumstances) for failure in failures[:_MOST]) + more
    names = " and ".join(_condition(failure, circumstances) for failure in failures[:_MOST])
    return f"If {names}{f'{more} fail' if more else ''}, {'it' if len(failures) == 1 else 'they'}"


def _condition(failure: Failure, circumstances: Circumstances) -> str:
    """Such as `Order management fails (outage, 10:00 to 12:00 UTC)`."""
    clock, target = circumstances.clock, element_text(circumstances.topology, failure.target)
    name = class_noun(failure.failure_class)
    end = failure.ended_at if failure.ended_at is not None else failure.expected_end
    since = clock.time(failure.started_at)
    if end is None:
        return f"{target} fails ({name}, from {since}, end unknown)"
    return f"{target} fails ({name}, {since.removesuffix(f' {clock.timezone}')} to {clock.time(end)})"


def _failure_name(failure: Failure, circumstances: Circumstances) -> str:
    as_of, what = circumstances.clock.now, failure_of(circumstances.topology, failure)
    if failure.is_supposed:
        return f"a supposed {what}"
    has_ended = failure.ended_at is not None and failure.ended_at <= as_of
    late = ", should have ended" if failure.should_have_ended(as_of) else ""
    return f"{failure.key} ({what}{', ended' if has_ended else late})"


def _by_band(of: Estimates) -> str:
    """Such as `92 stuck now, 74 exposed`; `all upcoming` where they are in one band: the number is said."""
    bands = [
        (band.expected, word)
        for band, word in (
            (of.stuck, "stuck now"),
            (of.exposed, "exposed"),
            (of.upcoming, "upcoming"),
            (of.records_only, "with only records affected"),
        )
        if band.possible
    ]
    if len(bands) == 1:
        return bands[0][1] if of.orders.possible == 1 else f"all {bands[0][1]}"
    return ", ".join(f"{say_number(expected)} {word}" for expected, word in bands)


def _records(rows: Sequence[RecordTotals], estimate: Estimate, noun: str) -> str:
    """Such as `12 postings: 8 late and 4 missing`; `12 late postings` where there is one effect."""
    by_effect: dict[RecordEffect, float] = {}
    for row in rows:
        by_effect[row.effect] = by_effect.get(row.effect, 0.0) + row.expected
    if len(by_effect) == 1:
        attribute = _words(next(iter(by_effect))).replace(" ", "-")
        return say_estimate(estimate, f"{attribute} {noun}")
    ranking = sorted(by_effect.items(), key=lambda pair: (-pair[1], pair[0]))
    effects = " and ".join(f"{say_number(count)} {_words(effect)}" for effect, count in ranking)
    return f"{say_estimate(estimate, noun)}: {effects}"


def _words(effect: RecordEffect) -> str:
    return effect.value.lower().replace("_", " ")
