"""The answer in one sentence."""

from collections.abc import Sequence

from graph_models.failure import Failure
from graph_models.impact import ImpactTotals, RecordTotals
from graph_models.impairment import Absorption
from graph_models.money import Money

_MOST = 3


def headline(failures: Sequence[Failure], totals: ImpactTotals, absorptions: Sequence[Absorption]) -> str:
    """What is hit, how much of it now, what it is worth, and which records; or why nothing is."""
    if not failures:
        return "No failure is active, so nothing is affected."
    who = " and ".join(_failure_name(f) for f in failures[:_MOST]) + (
        f" and {len(failures) - _MOST} more" if len(failures) > _MOST else ""
    )
    verb = "hits" if len(failures) == 1 else "hit"
    if not totals.orders:
        why = (
            f": {absorptions[0].detail}"
            if absorptions
            else ": nothing in flight passes what it impairs in its time and scope"
        )
        return f"{who} {verb} no order{why}."
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
    return "; ".join(parts) + "."


def say_money(amounts: Sequence[Money]) -> str:
    return " + ".join(f"{m.amount:,.2f} {m.currency}" for m in amounts) or "nothing"


def _failure_name(failure: Failure) -> str:
    return f"{failure.key} ({failure.failure_class.value.lower().replace('_', ' ')} of {failure.target})"


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
