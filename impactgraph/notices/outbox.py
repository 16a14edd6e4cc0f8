"""The outbox: each step is recorded in the journal before the next one begins, so that a kill between any two
loses nothing.

A notice is recorded as waiting before it is sent, and as sent once its receiver has taken it. A kill between
the two sends it again, with the same id, which receivers drop. The id of each record follows from the notice
and its number, so that two processes cannot record it as sent twice.
"""

from collections.abc import Mapping, Sequence

from graph_models.journal import NoticeState
from graph_models.time import HOUR, SECOND, Millis
from impactgraph.errors import BadInputError
from impactgraph.notices.channels import NotSentError, Sender
from impactgraph.ports.store import Store
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.notices import Notice, NoticeStatus, notice_record, statuses_of, waiting_record

FIRST_PAUSE: Millis = 15 * SECOND
LONGEST_PAUSE: Millis = HOUR
"""Between attempts: each pause is twice the one before."""
_LAST = 9_999
"""Number of the record of a notice that was sent: it comes last in its moment."""


class Outbox:
    """Notices of one store."""

    def __init__(self, store: Store, *, give_up: Millis) -> None:
        self._store = store
        self._give_up = give_up

    def put(self, notices: Sequence[Notice], at: Millis) -> None:
        """Records that they wait; those that they replace are given up. Durable when it returns."""
        by_key = {each.key: each for each in self.statuses()}
        lines: list[bytes] = []
        for notice in notices:
            lines.append(waiting_record(notice, at))
            lines += [
                _record(
                    by_key[key],
                    at,
                    NoticeState.GIVEN_UP,
                    reason=f"A later notice of the incident replaces it: {notice.key}.",
                )
                for key in notice.replaces
            ]
        self._ingest(lines)

    def statuses(self) -> tuple[NoticeStatus, ...]:
        return statuses_of(self._store.journal().notices)

    def due(self, at: Millis) -> Mapping[str, Sequence[NoticeStatus]]:
        """By channel those that are to be sent now: the oldest first, of one moment the highest level."""
        by_channel: dict[str, list[NoticeStatus]] = {}
        in_order = sorted(self.statuses(), key=lambda each: (each.created_at, -each.level.height))
        for status in in_order:
            if status.is_open and (status.retry_at is None or status.retry_at <= at):
                by_channel.setdefault(status.channel, []).append(status)
        return by_channel

    def attempt(self, status: NoticeStatus, sender: Sender | None, at: Millis) -> bool:
        """Sends a notice once and records its outcome; whether its channel may be sent more now.

        `sender`: None where the file of notices has its channel no more.
        """
        if sender is None:
            reason = f"There is no channel {status.channel!r} any more."
            self._ingest([_record(status, at, NoticeState.GIVEN_UP, reason=reason)])
            return True
        try:
            sender.send(status, at)
        except NotSentError as error:
            self._ingest([self._failure(status, at, error)])
            return False
        self._ingest([_record(status, at, NoticeState.SENT)])
        return True

    def _failure(self, status: NoticeStatus, at: Millis, error: NotSentError) -> bytes:
        retry_at = at + max(pause(status.attempts), error.retry_after or 0)
        if retry_at > status.created_at + self._give_up:
            reason = f"{error} It was tried {status.attempts + 1} times."
            return _record(status, at, NoticeState.GIVEN_UP, reason=reason)
        return _record(status, at, NoticeState.FAILED, reason=str(error), retry_at=retry_at)

    def _ingest(self, lines: Sequence[bytes]) -> None:
        if not lines:
            return
        result = self._store.ingest(lines)
        if result.quarantined:
            raise BadInputError(*(each.reason for each in result.quarantined))


def pause(attempts: int) -> Millis:
    """Until the next attempt, after so many that failed before the last one."""
    return min(FIRST_PAUSE * 2 ** min(attempts, 20), LONGEST_PAUSE)


def _record(
    status: NoticeStatus, at: Millis, state: NoticeState, *, reason: str = "", retry_at: Millis | None = None
) -> bytes:
    data: dict[str, object] = {
        "notice": status.key,
        "incident": status.incident,
        "rule": status.rule,
        "channel": status.channel,
        "state": state,
    }
    if reason:
        data["reason"] = reason
    if retry_at is not None:
        data["retry_at"] = iso(retry_at)
    number = _LAST if state is NoticeState.SENT else status.records
    # a clock that was set back must not put a record before the one that it follows
    return notice_record(status.key, number, max(at, status.at), data)
