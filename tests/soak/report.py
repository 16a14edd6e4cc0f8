"""The findings of a soak, as text and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tests.soak.ledger import Comparison
from tests.soak.load import CALM, SPIKE, Load
from tests.soak.memory import Growth, Sample, growth
from tests.soak.plan import Plan
from tests.soak.updates import Updates

_WINDOW = 5.0
"""Seconds of answers that are looked at together to see whether the server has recovered."""
_AS_BEFORE = 2.0
"""Recovered: the 95th percentile of a window is at most so many times that of the calm time."""


@dataclass(frozen=True)
class Findings:
    plan: Plan
    orders: int
    load: Load
    updates: Updates
    samples: Sequence[Sample]
    comparison: Comparison
    seconds: float

    @property
    def is_right(self) -> bool:
        """Nothing lost, nothing doubled, and no error in the calm time: refusals are none."""
        calm = sum(o.errors.total() for (_, phase), o in self.load.outcomes.items() if phase == CALM)
        return self.comparison.is_right and not calm and not self.updates.missing

    def healed_after(self) -> dict[str, list[float | None]]:
        """Seconds from the end of each spike until answers took as long as before, by kind; None: never."""
        return {
            kind: [_healed(self.load, kind, spike.end) for spike in self.plan.spikes]
            for kind in sorted({kind for kind, _ in self.load.outcomes})
        }

    def as_json(self) -> dict[str, Any]:
        memory: Growth = growth(self.samples)
        return {
            "plan": {
                "seconds": self.plan.seconds,
                "orders": self.orders,
                "requestsASecond": self.plan.rates,
                "spikes": [asdict(spike) for spike in self.plan.spikes],
                "factor": self.plan.factor,
            },
            "requests": [
                {
                    "kind": kind,
                    "phase": phase,
                    "answers": outcomes.answers.count,
                    "milliseconds": outcomes.answers.shares(),
                    "refused": outcomes.refusals.count,
                    "millisecondsToRefusal": outcomes.refusals.shares(),
                    "errors": dict(outcomes.errors),
                }
                for (kind, phase), outcomes in sorted(self.load.outcomes.items())
            ],
            "updates": {
                "received": self.updates.updates,
                "milliseconds": self.updates.late.shares(),
                "errors": dict(self.updates.errors),
                "subscribersWithoutTheLastEvents": self.updates.missing,
            },
            "healedAfterSeconds": self.healed_after(),
            "memory": asdict(memory) | {"isGrowing": memory.is_growing},
            "comparison": asdict(self.comparison) | {"isRight": self.comparison.is_right},
            "webhooksAcknowledged": self.load.ledger.webhooks,
            "isRight": self.is_right,
        }


def _healed(load: Load, kind: str, end: float) -> float | None:
    usual = load.outcomes[kind, CALM].answers.percentile(95)
    after = sorted((at, took) for at, took in load.late[kind] if at >= end)
    at = end
    while after and at <= after[-1][0]:
        window = [took for due, took in after if at <= due < at + _WINDOW]
        if window and np.percentile(window, 95, method="inverted_cdf") <= _AS_BEFORE * usual:
            return round(at - end, 1)
        at += _WINDOW / 5
    return None


def text_of(findings: Findings) -> str:
    data = findings.as_json()
    memory, comparison = data["memory"], data["comparison"]
    lines = [
        f"{data['plan']['seconds']:g} s with {findings.orders:,} orders in flight at the start",
        *(_request_line(each) for each in data["requests"]),
        f"updates of subscriptions: {data['updates']['received']:,}; from the acknowledgement of an event to "
        f"its update: {_shares(data['updates']['milliseconds'])}{_errors(data['updates']['errors'])}",
        *(_healing_line(kind, times) for kind, times in data["healedAfterSeconds"].items() if times),
        f"memory after the warm-up: {memory['first']:,.0f} to {memory['last']:,.0f} MB (highest "
        f"{memory['highest']:,.0f}), {memory['per_hour']:+,.0f} MB an hour ({memory['low']:+,.0f} to "
        f"{memory['high']:+,.0f}), {memory['per_order']:,.0f} bytes for each order that was added",
        f"the store afterwards: {comparison['orders']:,} orders were sent; {comparison['lost']} are lost, "
        f"{comparison['unfinished']} lack events, {comparison['doubled']} are doubled, "
        f"{comparison['foreign']} were never sent; {comparison['events']:,} events of "
        f"{comparison['events_expected']:,}",
        f"webhooks acknowledged: {data['webhooksAcknowledged']:,}",
        "RIGHT: nothing lost, nothing doubled, no error in the calm time"
        if data["isRight"]
        else "WRONG: see above",
    ]
    return "\n".join(lines)


def _request_line(request: Mapping[str, Any]) -> str:
    refused = request["refused"]
    refusals = f"; refused {refused:,} ({_shares(request['millisecondsToRefusal'])})" if refused else ""
    phase = " in spikes" if request["phase"] == SPIKE else ""
    return (
        f"{request['kind']}{phase}: {request['answers']:,} answers, {_shares(request['milliseconds'])}"
        f"{refusals}{_errors(request['errors'])}"
    )


def _healing_line(kind: str, times: Sequence[float | None]) -> str:
    shown = ", ".join("never" if each is None else f"{each:g} s" for each in times)
    return f"after a spike, answers to {kind} took as long as before after: {shown}"


def _shares(milliseconds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:,.0f} ms" for name, value in milliseconds.items())


def _errors(errors: Mapping[str, int]) -> str:
    return f"; errors: {', '.join(f'{count:,} {code}' for code, count in errors.items())}" if errors else ""
