"""The answer in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.impact import AwaitingReplay, ImpactTotals, RecordTotals
from graph_models.impairment import Absorption
from graph_models.time import Millis
from impactgraph.impact.amounts import say_money

_MOST = 3


@dataclass(frozen=True)
class Remainder:
    """What the answer of a moment leaves open: work that waits for a replay, and what it says nothing of."""

    awaiting_replay: Sequence[AwaitingReplay]
    left_out: Sequence[str]
    """Sentences."""
    as_of: Millis


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
    who = " and ".join(_failure_name(f, remainder.as_of) for f in failures[:_MOST]) + (
        f" and {len(failures) - _MOST} more" if len(failures) > _MOST else ""
    )
    verb = "hits" if len(failures) == 1 else "hit"
    if not totals.orders:
        why = (
            f": {absorptions[0].detail}"
            if absorptions
            else ": nothing in flight passes what it impairs in its time and scope"
        )
        return [f"{who} {verb} no order{why}"]
    bands = [
        f"{count:,} {word}"
        for count, word in (
            (totals.stuck, "stuck now"),
            (totals.exposed, "exposed"),
            (totals.upcoming, "upcoming"),
            (totals.records_only, "with only records affected"),
        )
        if count
    ]
    parts = [
        f"{who} {verb} {_count(totals.orders, 'order')} worth {say_money(totals.value)}: {', '.join(bands)}"
    ]
    if totals.will_miss_promise:
        parts.append(
            f"{totals.will_miss_promise:,} will miss {'their' if totals.will_miss_promise > 1 else 'its'} "
            "promise"
        )
    for rows, word in ((totals.postings, "posting"), (totals.notifications, "customer message")):
        if rows:
            parts.append(_records(rows, word))
    if totals.refunds_at_risk:
        parts.append(f"refunds at risk of {say_money(totals.refunds_at_risk)}")
    return parts


def _failure_name(failure: Failure, as_of: Millis) -> str:
    has_ended = failure.ended_at is not None and failure.ended_at <= as_of and not failure.is_supposed
    what = f"{failure.failure_class.value.lower().replace('_', ' ')} of {failure.target}"
    return f"{failure.key} ({what}{', ended' if has_ended else ''})"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _records(rows: Sequence[RecordTotals], word: str) -> str:
    by_effect: dict[str, int] = {}
    for row in rows:
        name = row.effect.value.lower().replace("_", " ")
        by_effect[name] = by_effect.get(name, 0) + row.count
    total = sum(by_effect.values())
    detail = " and ".join(
        f"{count:,} {name}" for name, count in sorted(by_effect.items(), key=lambda p: (-p[1], p[0]))
    )
    return f"{_count(total, word)} ({detail})"
