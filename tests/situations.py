"""The situations of fixtures/situations: what happened to an order, and what the service desk says of it.

A situation is a map: `order` (of `order.placed`), `events` (a line each), `failures`, `as_of`, and what is
expected. A line is a time, `/2` for the second fulfillment, and what happened:

    -1d 09:00 placed                    the order; `placed {value: 80}` changes it
    09:05 /2 pick                       entered this step; `pick at store-002` elsewhere
    09:10 failed NO_LABEL system:tms no paper left
    09:20 sent shipped                  also `closed TYPE`
    09:30 posted invoice 100.00         without the amount: the value of the fulfillment
    09:40 rerouted ship-from-dc/pick at dc-1
    10:00 completed                     also `cancelled REASON`, `order-cancelled REASON`
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from graph_models.time import DAY, Millis, moment, parse_moment
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.apply_topology import apply_path

HOME = Path(__file__).parents[1] / "fixtures" / "situations"
TODAY = "2026-03-03"
_ORDER = "O-1"


@dataclass(frozen=True)
class SituationCase:
    """One situation, and what is expected of it."""

    name: str
    given: dict[str, Any]

    @property
    def at(self) -> Millis:
        return moment_of(self.given["as_of"])

    @property
    def expected(self) -> dict[str, Any]:
        return {key: self.given[key] for key in ("verdict", "says", "customer") if key in self.given}

    def store(self) -> EmbeddedStore:
        """A new store with the topology and the events."""
        store = EmbeddedStore.in_memory(now=lambda: self.at)
        applied = apply_path(store, HOME / "topology.yaml", moment_of("-30d 00:00"))
        assert applied.problems == ()
        result = store.ingest([json.dumps(event).encode() for event in self._events()])
        assert result.quarantined == [], result.quarantined
        return store

    def _events(self) -> Iterator[dict[str, Any]]:
        order = {"workflow": "ship-from-store", **self.given.get("order", {})}
        for number, line in enumerate(self.given["events"].strip().splitlines()):
            yield from event_of(line, order, f"e{number}")
        for number, failure in enumerate(self.given.get("failures", [])):
            yield from _failure_events(failure, f"f{number}")
        peers = self.given.get("peers", {})
        for number in range(int(peers.get("overdue", 0))):
            yield from _peer(order, number, peers)
        for number in range(int(peers.get("in_time", 0))):
            yield from _peer(order, number, peers, is_overdue=False)


def situations() -> list[SituationCase]:
    cases: list[SituationCase] = []
    for path in sorted(HOME.glob("*.yaml")):
        if path.name != "topology.yaml":
            cases += [SituationCase(f"{path.stem}: {each['name']}", each) for each in load(path)]
    return cases


def load(path: Path) -> list[dict[str, Any]]:
    return yaml.load(path.read_text(), yaml.BaseLoader)


def moment_of(text: str) -> Millis:
    """`14:00` of the day, `-1d 09:00` of another."""
    day, _, time = text.rpartition(" ")
    days = int(day.removesuffix("d")) if day else 0
    return parse_moment(f"{TODAY}T{time}:00Z" if time.count(":") == 1 else f"{TODAY}T{time}Z") + days * DAY


def iso(at: Millis) -> str:
    return moment(at).isoformat()


def event_of(line: str, order: dict[str, Any], identifier: str) -> Iterator[dict[str, Any]]:
    words = line.split()
    time = " ".join(words[:2]) if words[0].endswith("d") else words[0]
    words = words[len(time.split()) :]
    number = words.pop(0).removeprefix("/") if words[0].startswith("/") else "1"
    kind, data = _event(words, order, f"{_ORDER}/{number}")
    yield cloud_event(identifier, kind, moment_of(time), {"order": _ORDER, **data})


def cloud_event(identifier: str, kind: str, at: Millis, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": identifier,
        "source": "/desk",
        "type": kind,
        "time": iso(at),
        "data": data,
    }


def _event(words: list[str], order: dict[str, Any], fulfillment: str) -> tuple[str, dict[str, Any]]:
    part = {"fulfillment": fulfillment}
    match words:
        case ["placed", *changes]:
            return "order.placed", _placement(
                {**order, **yaml.load(" ".join(changes) or "{}", yaml.BaseLoader)}
            )
        case ["completed"]:
            return "fulfillment.completed", part
        case ["cancelled", *reason]:
            return "fulfillment.cancelled", {**part, "reason": " ".join(reason)}
        case ["order-cancelled", *reason]:
            return "order.cancelled", {"reason": " ".join(reason)}
        case ["failed", code, element, *message]:
            return "fulfillment.failed", {
                **part,
                "code": code,
                "element": element,
                "message": " ".join(message),
            }
        case ["failed", code]:
            return "fulfillment.failed", {**part, "code": code}
        case ["sent", record]:
            return "notification.sent", {**part, "type": record}
        case ["closed", record]:
            return "task.closed", {**part, "type": record}
        case ["posted", record, *amount]:
            value = amount[0] if amount else order.get("value", "100.00")
            return "posting.recorded", {**part, "type": record, "amount": value, "currency": "EUR"}
        case ["rerouted", place, *location]:
            workflow, _, step = place.partition("/")
            return "fulfillment.rerouted", {**part, "workflow": workflow, "step": step, **_at(location)}
        case [step, *location]:
            return "fulfillment.entered", {**part, "step": step, **_at(location)}
        case _:
            raise ValueError(words)


def _at(words: list[str]) -> dict[str, str]:
    return {"location": words[1]} if words[:1] == ["at"] else {}


_MODES = {
    "ship-from-store": "ship_from_store",
    "collect-in-store": "bopis",
    "ship-from-dc": "ship_from_dc",
    "return-refund": "return",
    "gift-card": "digital",
}
_LOCATIONS = {"ship-from-dc": "dc-1", "return-refund": "dc-1", "gift-card": "dc-1"}


def _placement(order: dict[str, Any]) -> dict[str, Any]:
    """`parts`: a workflow each; `promised`: a moment."""
    workflows = order.get("parts", [order["workflow"]])
    promise = {"promised_by": iso(moment_of(order["promised"]))} if "promised" in order else {}
    return {
        "channel": "web",
        "mode": order.get("mode", _MODES[order["workflow"]]),
        "region": "emea",
        "currency": "EUR",
        "value": order.get("value", "100.00"),
        "attributes": order.get("attributes", {}),
        **promise,
        "fulfillments": [
            {
                "fulfillment": f"{_ORDER}/{number}",
                "workflow": workflow,
                "location": _LOCATIONS.get(workflow, "store-001"),
            }
            for number, workflow in enumerate(workflows, 1)
        ],
    }


def _failure_events(failure: dict[str, Any], identifier: str) -> Iterator[dict[str, Any]]:
    """`since`, `expected_end` and `ended` are moments; `ended` is reported when it happens."""
    failure = dict(failure)
    since = moment_of(failure.pop("since"))
    ended = failure.pop("ended", None)
    if "expected_end" in failure:
        failure["expected_end"] = iso(moment_of(failure["expected_end"]))
    if "error_rate" in failure:
        failure["error_rate"] = float(failure["error_rate"])
    data = {"started_at": iso(since), **failure}
    yield cloud_event(identifier, "failure.reported", since, data)
    if ended is not None:
        end = {"failure": failure["failure"]}
        yield cloud_event(f"{identifier}-end", "failure.resolved", moment_of(ended), end)


def _peer(
    order: dict[str, Any], number: int, peers: dict[str, Any], *, is_overdue: bool = True
) -> Iterator[dict[str, Any]]:
    """Another order in the same step, overdue with the attributes `overdue_attributes` or in time."""
    key = f"P-{'late' if is_overdue else 'calm'}-{number}"
    attributes = peers.get("attributes", {}) if is_overdue else peers.get("other_attributes", {})
    placement: dict[str, Any] = {**_placement({**order, "attributes": attributes}), "order": key}
    part: dict[str, Any] = placement["fulfillments"][0]
    placement["fulfillments"] = [{**part, "fulfillment": f"{key}/1"}]
    since = moment_of(peers["overdue_since"] if is_overdue else peers["in_time_since"])
    yield cloud_event(f"{key}-placed", "order.placed", since, placement)
    entry = {"order": key, "fulfillment": f"{key}/1", "step": peers["step"]}
    yield cloud_event(f"{key}-entered", "fulfillment.entered", since, entry)
