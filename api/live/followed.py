"""A topic with all who follow it."""

from dataclasses import dataclass, field

from api.live.operation import Operation
from api.live.slot import Slot, Told
from api.live.topic import Topic
from impactgraph.usecases.about import StateMark


@dataclass
class View:
    """What one operation selects of a topic."""

    readers: list[Slot] = field(default_factory=list[Slot])
    told: Told | None = None
    """What was worked out last."""

    def tell(self, told: Told) -> int:
        """Gives what is new to every reader; how many were told."""
        before, self.told = self.told, told
        if before is not None and before.looks == told.looks:
            return 0
        for reader in self.readers:
            reader.put(told)
        return len(self.readers)


@dataclass
class Followed:
    """Moments are the event loop's seconds."""

    topic: Topic
    due: float
    """When it is worked out next."""
    begun: float = float("-inf")
    """When it was worked out last."""
    took: float = 0.0
    mark: StateMark | None = None
    """What was known then."""
    views: dict[Operation, View] = field(default_factory=dict[Operation, View])

    def join(self, operation: Operation, reader: Slot) -> None:
        """The reader is given what is there at once."""
        view = self.views.setdefault(operation, View())
        view.readers.append(reader)
        if view.told is not None:
            reader.put(view.told)

    def leave(self, operation: Operation, reader: Slot) -> None:
        view = self.views[operation]
        view.readers.remove(reader)
        if not view.readers:
            del self.views[operation]

    def chosen(self, now: float, spacing: float) -> list[Operation]:
        """What to work out: before it is time again, only what new readers select and nobody was told yet."""
        early = now < self.rest(spacing)
        return [operation for operation, view in self.views.items() if not early or view.told is None]

    def rest(self, spacing: float) -> float:
        """When it may be worked out again: a question that takes long leaves as much time to others as it takes."""
        return self.begun + max(spacing, 2 * self.took)

    def end(self) -> None:
        for view in self.views.values():
            for reader in view.readers:
                reader.end()
