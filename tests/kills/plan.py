"""What a process does to a store, step by step: the same for the same seed. Each step may be repeated."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from impactgraph.ports.ingest import IngestedFile
from impactgraph.ports.sources import SourceBatch
from impactgraph.ports.store import Store
from tests.stores.events import DOCUMENTS, MORE, at, entered, event, of, placed, reported, topology

KINDS = ("ingest", "ingest", "ingest", "alerts", "source", "file", "undo", "apply", "reopen", "journal")
SYSTEMS = ("system:oms", "system:erp")


@dataclass(frozen=True)
class Step:
    """One step; `lines` are its events."""

    kind: str
    number: int
    lines: list[bytes]
    undone: int = -1
    """Of an undo: the step that brought the file which is taken back, -1 for none."""

    def do(self, store: Store) -> None:
        """Where it was done before, or in part, the store has it once all the same."""
        _ACTIONS[self.kind](self, store)


def plan(seed: int, count: int) -> list[Step]:
    """The first step applies a topology."""
    chance = random.Random(seed)
    kinds = ["apply", *(chance.choice(KINDS) for _ in range(count - 1))]
    files: list[int] = []
    steps: list[Step] = []
    for number, kind in enumerate(kinds):
        undone = files.pop() if kind == "undo" and files else -1
        steps.append(Step(kind, number, _lines(kind, number, chance), undone))
        if kind == "file":
            files.append(number)
    return steps


def _lines(kind: str, number: int, chance: random.Random) -> list[bytes]:
    if kind in ("apply", "reopen", "undo"):
        return []
    if kind == "alerts":
        return _alerts(number, chance)
    if kind == "journal":
        action = chance.choice(["incident.acknowledged", "incident.closed"])
        return [event(action, number % 500, incident=f"F-{chance.randrange(number + 1)}", by="ana")]
    lines = [line for part in range(chance.choice([1, 1, 5, 20])) for line in _order(number, part, chance)]
    chance.shuffle(lines)
    return lines


def _order(number: int, part: int, chance: random.Random) -> list[bytes]:
    order, minutes = f"O-{number}-{part}", number % 500
    lines = [
        placed(order, minutes, workflow=chance.choice(["collect", "ship"])),
        entered("promise", minutes + 1, f"{order}/1"),
        entered(chance.choice(["pick", "pack", "wrap"]), minutes + 2, f"{order}/1"),
        of("posting.recorded", minutes + 3, f"{order}/1", type="invoice"),
    ]
    return lines if chance.random() < 0.8 else [*lines, b"{broken %d %d" % (number, part)]


def _alerts(number: int, chance: random.Random) -> list[bytes]:
    failure = f"F-{number}"
    lines = [reported(failure, number % 500, target=chance.choice(SYSTEMS))]
    if chance.random() < 0.5:
        lines.append(event("failure.resolved", number % 500 + 30, failure=failure))
    return lines


def _ingest(step: Step, store: Store) -> None:
    store.ingest(step.lines)


def _follow(step: Step, store: Store) -> None:
    """A live source: its position says whether the batch was stored."""
    progress = store.source_progress().get("shop")
    before = dict(progress.positions) if progress else {}
    if int(before.get("0", -1)) < step.number:
        batch = SourceBatch("shop", positions={"0": str(step.number)}, before=before)
        store.ingest_source(batch, step.lines)


def _file(step: Step, store: Store) -> None:
    number = store.begin_ingest([IngestedFile(f"{step.number}.ndjson")], at(0))
    store.ingest(step.lines, ingest=number)
    store.end_ingest(number, {}, at(1))


def _undo(step: Step, store: Store) -> None:
    """Takes every ingest of the file back: where one was killed, there are several."""
    for each in store.ingests(100_000):
        if each.undone_at is None and each.files[0].file == f"{step.undone}.ndjson":
            store.undo_ingest(each.number, at(2))
    store.replay_quarantined()


def _apply(step: Step, store: Store) -> None:
    documents = MORE if step.number % 2 else DOCUMENTS
    store.apply_topology(topology(documents), documents, at(-60 + step.number / 1000))


def _nothing(step: Step, store: Store) -> None:
    """The process closes its store and opens it again."""


_ACTIONS: dict[str, Callable[[Step, Store], None]] = {
    "ingest": _ingest,
    "alerts": _ingest,
    "journal": _ingest,
    "source": _follow,
    "file": _file,
    "undo": _undo,
    "apply": _apply,
    "reopen": _nothing,
}
