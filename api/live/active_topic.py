"""A topic that has subscribers: what they select, and when it is evaluated next."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.live.mailbox import Mailbox, Update
from api.live.operation import Operation
from api.live.topic import Topic
from impactgraph.usecases.about import StateMark


@dataclass
class Selection:
    """What one operation selects from a topic, and the mailboxes of the subscribers that sent it."""

    subscribers: list[Mailbox] = field(default_factory=list[Mailbox])
    latest: Mapping[str, Update] | None = None
    """By key of the value; None before the first evaluation."""

    def publish(self, updates: Mapping[str, Update]) -> int:
        """Puts the updates that differ from the latest into every mailbox; returns how many it put."""
        previous = self.latest or {}
        self.latest = updates
        changes = {
            key: update
            for key, update in updates.items()
            if key not in previous or previous[key].fingerprint != update.fingerprint
        }
        for subscriber in self.subscribers:
            for key, update in changes.items():
                subscriber.put(update, key)
        return len(self.subscribers) * len(changes)


@dataclass
class ActiveTopic:
    """Times are seconds of the event loop's clock."""

    topic: Topic
    due_at: float
    """When it is evaluated next."""
    evaluated_at: float = float("-inf")
    """When its last evaluation began."""
    evaluation_seconds: float = 0.0
    mark: StateMark | None = None
    """State of the data at the last evaluation; None before the first and after a failed one."""
    selections: dict[Operation, Selection] = field(default_factory=dict[Operation, Selection])

    def subscribe(self, operation: Operation, subscriber: Mailbox) -> None:
        """Adds a subscriber, which gets the latest update at once where there is one."""
        selection = self.selections.setdefault(operation, Selection())
        selection.subscribers.append(subscriber)
        for key, update in (selection.latest or {}).items():
            subscriber.put(update, key)

    def unsubscribe(self, operation: Operation, subscriber: Mailbox) -> None:
        selection = self.selections[operation]
        selection.subscribers.remove(subscriber)
        if not selection.subscribers:
            del self.selections[operation]

    def operations_to_execute(self, now: float, spacing: float) -> list[Operation]:
        """All operations; before `earliest`, only those that have no update yet."""
        too_early = now < self.earliest(spacing)
        return [
            operation
            for operation, selection in self.selections.items()
            if not too_early or selection.latest is None
        ]

    def earliest(self, spacing: float) -> float:
        """When the next evaluation may begin: it leaves at least its own duration to other topics."""
        return self.evaluated_at + max(spacing, 2 * self.evaluation_seconds)

    def close(self) -> None:
        for selection in self.selections.values():
            for subscriber in selection.subscribers:
                subscriber.close()
