"""Notices of incidents: the outcome of each, from the journal; and the port of what sends them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from graph_models.access import Permission
from graph_models.journal import NoticeKind, NoticeLevel, NoticeRecord, NoticeState
from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.errors import BadInputError, ForbiddenError
from impactgraph.ports.store import Store
from impactgraph.usecases.failure_events import event_line
from impactgraph.usecases.pages import page

SOURCE = "/impactgraph/notices"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to send."""

    key: str
    """The same however often it is decided and sent."""
    incident: str
    """Bare key."""
    rule: str
    channel: str
    kind: NoticeKind
    level: NoticeLevel
    cause: str
    text: str
    link: str
    replaces: tuple[str, ...] = ()
    """Keys of earlier notices of its conversation that were not sent yet: they need not be any more."""


@dataclass(frozen=True, slots=True)
class NoticeStatus:
    """A notice and its outcome."""

    key: str
    """The same for every attempt to send it."""
    incident: str
    """Bare key."""
    rule: str
    channel: str
    kind: NoticeKind
    level: NoticeLevel
    cause: str
    """Full id of the likeliest cause then; empty where there was none."""
    text: str
    link: str
    state: NoticeState
    reason: str
    """Why it was not sent."""
    created_at: Millis
    at: Millis
    """Since when it is in its state."""
    attempts: int
    retry_at: Millis | None
    """When it is tried again; None where it is not."""
    records: int
    """Number of events about its outcome."""

    @property
    def is_open(self) -> bool:
        """Whether it still has to be sent."""
        return self.state in (NoticeState.WAITING, NoticeState.FAILED)


class NoticeWorker(Protocol):
    """What sends the notices of a process."""

    @property
    def problem(self) -> str:
        """Why its last round failed; empty where it did not."""
        ...

    def start(self, on_commit: Callable[[], None]) -> None:
        """Sends until `stop`. `on_commit` is called after each commit, from any thread."""
        ...

    def stop(self) -> None:
        """Returns when nothing is sent or written any more."""
        ...

    def due(self, rules: str, place: str) -> Sequence[Notice]:
        """What would be sent now by rules with this text, of a file with this name; nothing is. Raises
        BadInputError where they are wrong.
        """
        ...


class NoNotices:
    """Of a process that sends none."""

    problem = ""

    def start(self, on_commit: Callable[[], None]) -> None: ...

    def stop(self) -> None: ...

    def due(self, rules: str, place: str) -> Sequence[Notice]:
        raise BadInputError("Rules of notices can be read only by a server that `serve` started: ask it.")


class WithheldNotices(NoNotices):
    """For whoever may see some of the orders: notices are decided over all of them."""

    def due(self, rules: str, place: str) -> Sequence[Notice]:
        raise ForbiddenError(Permission.READ_METRICS)


def waiting_record(notice: Notice, at: Millis) -> bytes:
    """The event that a notice waits to be sent: recorded before anything else is done."""
    data = {
        "notice": notice.key,
        "incident": notice.incident,
        "rule": notice.rule,
        "channel": notice.channel,
        "state": NoticeState.WAITING,
        "kind": notice.kind,
        "level": notice.level,
        "text": notice.text,
    }
    optional = {"cause": notice.cause, "link": notice.link}
    return notice_record(notice.key, 0, at, data | {key: value for key, value in optional.items() if value})


def notice_record(key: str, number: int, at: Millis, data: Mapping[str, object]) -> bytes:
    """The event with the outcome of a notice; its id follows from the notice and the number."""
    return event_line("notice.changed", data, event_id=f"{key}-{number:04d}", at=at, source=SOURCE)


def statuses_of(records: Iterable[NoticeRecord]) -> tuple[NoticeStatus, ...]:
    """The outcome of each notice, the oldest first. Costs the number of records, which are oldest first."""
    by_key: dict[str, list[NoticeRecord]] = {}
    for record in records:
        by_key.setdefault(record.notice, []).append(record)
    return tuple(map(_status, by_key.values()))


def _status(records: Sequence[NoticeRecord]) -> NoticeStatus:
    first = records[0]
    last = _decisive(records)
    attempts = sum(each.state in (NoticeState.SENT, NoticeState.FAILED) for each in records)
    return NoticeStatus(
        key=first.notice,
        incident=first.incident,
        rule=first.rule,
        channel=first.channel,
        kind=first.kind,
        level=first.level,
        cause=first.cause,
        text=first.text,
        link=first.link,
        state=last.state,
        reason=last.reason,
        created_at=first.at,
        at=last.at,
        attempts=attempts,
        retry_at=last.retry_at if last.state is NoticeState.FAILED else None,
        records=len(records),
    )


def _decisive(records: Sequence[NoticeRecord]) -> NoticeRecord:
    """What was sent stays sent, whatever else two processes say of it; else what was given up stays so."""
    for state in (NoticeState.SENT, NoticeState.GIVEN_UP):
        for record in records:
            if record.state is state:
                return record
    return records[-1]


def list_notices(
    store: Store,
    *,
    states: Sequence[NoticeState] | None = None,
    as_of: Millis | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[NoticeStatus]:
    """A page of notices in these states (None: in any), the newest first. Raises BadInputError for a bad
    page.
    """
    statuses = statuses_of(store.journal(as_of).notices)
    matches = [each for each in statuses if states is None or each.state in states]
    matches.sort(key=_newest_first)
    return page(matches, _newest_first, first=first, after=after)


def count_notices(statuses: Iterable[NoticeStatus]) -> Mapping[NoticeState, int]:
    """How many notices are in each state."""
    counts = dict.fromkeys(NoticeState, 0)
    for status in statuses:
        counts[status.state] += 1
    return counts


def _newest_first(status: NoticeStatus) -> tuple[int | str, ...]:
    return -status.created_at, status.key
