"""The outbox on a store: a kill between any two steps loses nothing, and nothing is recorded twice."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from graph_models.journal import NoticeLevel, NoticeState
from graph_models.time import DAY, HOUR, MINUTE, SECOND, Millis
from impactgraph.notices.channels import NotSentError
from impactgraph.notices.config import NoticeRules, Rule
from impactgraph.notices.outbox import FIRST_PAUSE, LONGEST_PAUSE, Outbox, pause
from impactgraph.notices.worker import SentNotices
from impactgraph.ports.store import Store
from impactgraph.stores.embedded import EmbeddedStore
from impactgraph.usecases.notices import NoticeStatus, count_notices, list_notices
from tests.stores.events import DOCUMENTS, at, entered, placed, reported, topology
from tests.unit.notices.pictures import due, picture

RULES = NoticeRules(channels={}, rules=(Rule("all", ("a", "b")),))


class KilledError(BaseException):
    """Stands for the end of the process: nothing that handles errors may catch it."""


@dataclass
class Clock:
    now: Millis


@dataclass
class Inbox:
    """A receiver that drops repeats, as those of webhooks do."""

    ids: list[str] = field(default_factory=list)
    fails: int = 0
    retry_after: Millis | None = None

    def send(self, notice: NoticeStatus, at: Millis) -> None:
        if self.fails:
            self.fails -= 1
            raise NotSentError("It is down.", self.retry_after)
        self.ids.append(notice.key)


class Fate:
    """Kills at the step with this number; a step is what is before or after a write or a send."""

    def __init__(self, at_step: int) -> None:
        self.left = at_step

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise KilledError


class MortalStore:
    def __init__(self, store: Store, fate: Fate) -> None:
        self._store, self._fate = store, fate

    def ingest(self, lines: list[bytes], **options: Any) -> Any:
        self._fate.step()
        result = self._store.ingest(lines, **options)
        self._fate.step()
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass
class MortalInbox:
    inbox: Inbox
    fate: Fate

    def send(self, notice: NoticeStatus, at: Millis) -> None:
        self.fate.step()
        self.inbox.send(notice, at)
        self.fate.step()


@pytest.fixture
def clock() -> Clock:
    return Clock(at(60))


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    store = EmbeddedStore.in_memory(now=lambda: clock.now)
    store.apply_topology(topology(), DOCUMENTS, at(-60))
    lines = [line for n in range(5) for line in (placed(f"O-{n}"), entered("promise", 1, f"O-{n}/1"))]
    store.ingest([*lines, reported("F-1", 30)])
    yield store
    store.close()


def worker(store: Store, clock: Clock, **inboxes: Any) -> SentNotices:
    return SentNotices(store, RULES, inboxes, now=lambda: clock.now)


def states(store: Store) -> dict[str, NoticeState]:
    return {each.channel: each.state for each in list_notices(store).items}


def sent_records(store: Store) -> Counter[str]:
    return Counter(each.notice for each in store.journal().notices if each.state is NoticeState.SENT)


def test_what_is_decided_is_sent_and_recorded_once(store: Store, clock: Clock) -> None:
    a, b = Inbox(), Inbox()
    notices = worker(store, clock, a=a, b=b)

    assert [notices.round(RULES) for _ in range(3)] == [True, False, False]
    assert (len(a.ids), len(b.ids)) == (1, 1)
    assert states(store) == {"a": NoticeState.SENT, "b": NoticeState.SENT}


@pytest.mark.parametrize("step", range(1, 14))
def test_a_kill_between_any_two_steps_loses_nothing_and_records_nothing_twice(
    store: Store, clock: Clock, step: int
) -> None:
    fate, a, b = Fate(step), Inbox(), Inbox()
    mortal = cast(Store, MortalStore(store, fate))
    inboxes = {"a": MortalInbox(a, fate), "b": MortalInbox(b, fate)}
    try:
        for _ in range(3):
            SentNotices(mortal, RULES, inboxes, now=lambda: clock.now).round(RULES)
    except KilledError:
        clock.now += MINUTE

    for _ in range(3):
        worker(store, clock, a=a, b=b).round(RULES)

    assert states(store) == {"a": NoticeState.SENT, "b": NoticeState.SENT}
    assert (len(set(a.ids)), len(set(b.ids))) == (1, 1), "a repeated send has the same id"
    assert len(a.ids) + len(b.ids) <= 3, "only the one that was being sent is sent again"
    assert set(sent_records(store).values()) == {1}


def test_what_is_not_taken_is_tried_again_later_and_the_other_channel_does_not_wait(
    store: Store, clock: Clock
) -> None:
    a, b = Inbox(fails=2), Inbox()
    notices = worker(store, clock, a=a, b=b)
    notices.round(RULES)

    (failed,) = (each for each in list_notices(store).items if each.channel == "a")
    assert (failed.state, failed.reason, failed.retry_at) == (
        NoticeState.FAILED,
        "It is down.",
        clock.now + FIRST_PAUSE,
    )
    assert len(b.ids) == 1
    assert notices.round(RULES) is False, "it is not due yet"
    clock.now += FIRST_PAUSE
    notices.round(RULES)
    clock.now += 2 * FIRST_PAUSE
    notices.round(RULES)
    assert (len(a.ids), states(store)["a"]) == (1, NoticeState.SENT)
    assert {each.attempts for each in list_notices(store).items} == {1, 3}


def test_a_receiver_may_ask_for_a_longer_pause(store: Store, clock: Clock) -> None:
    worker(store, clock, a=Inbox(fails=1, retry_after=HOUR), b=Inbox()).round(RULES)

    assert {each.retry_at for each in list_notices(store).items} == {None, clock.now + HOUR}


def test_what_cannot_be_sent_for_too_long_is_given_up_with_its_reason(store: Store, clock: Clock) -> None:
    rules = replace(RULES, give_up=2 * HOUR)
    notices = SentNotices(store, rules, {"a": Inbox(fails=99), "b": Inbox()}, now=lambda: clock.now)
    for _ in range(5):
        notices.round(rules)
        clock.now += HOUR

    (given_up,) = (each for each in list_notices(store).items if each.channel == "a")
    assert given_up.state is NoticeState.GIVEN_UP
    assert given_up.reason == f"It is down. It was tried {given_up.attempts + 1} times."
    assert given_up.at - given_up.created_at <= 2 * HOUR
    assert count_notices(list_notices(store).items)[NoticeState.GIVEN_UP] == 1


def test_a_notice_to_a_channel_that_is_gone_is_given_up(store: Store, clock: Clock) -> None:
    worker(store, clock, b=Inbox()).round(RULES)

    assert states(store) == {"a": NoticeState.GIVEN_UP, "b": NoticeState.SENT}


def test_a_clock_that_was_set_back_does_not_change_what_became_of_a_notice(
    store: Store, clock: Clock
) -> None:
    a = Inbox(fails=1)
    worker(store, clock, a=a, b=Inbox()).round(RULES)
    clock.now += MINUTE
    outbox, (failed,) = (
        Outbox(store, give_up=DAY),
        [each for each in list_notices(store).items if each.channel == "a"],
    )
    outbox.attempt(failed, a, failed.at - 5 * SECOND)

    assert states(store)["a"] is NoticeState.SENT


def test_pauses_double_up_to_an_hour() -> None:
    pauses = [pause(attempts) for attempts in range(12)]

    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses == sorted(pauses) and pauses[-1] == LONGEST_PAUSE


def test_notices_are_listed_in_pages_by_state(store: Store, clock: Clock) -> None:
    worker(store, clock, a=Inbox(fails=9), b=Inbox()).round(RULES)

    first = list_notices(store, first=1)
    rest = list_notices(store, first=1, after=first.cursors[-1])
    failed = list_notices(store, states=[NoticeState.FAILED])

    assert (first.total_count, first.has_next, rest.has_next) == (2, True, False)
    assert {each.channel for each in (*first.items, *rest.items)} == {"a", "b"}
    assert [each.channel for each in failed.items] == ["a"]
    assert list_notices(store, as_of=at(59)).items == ()


def test_of_one_moment_the_highest_level_is_sent_first(store: Store, clock: Clock) -> None:
    outbox = Outbox(store, give_up=DAY)
    levels = (NoticeLevel.LOW, NoticeLevel.CRITICAL, NoticeLevel.HIGH)
    outbox.put(due(*(picture(level.value, level=level) for level in levels)), clock.now)

    assert [each.level.value for each in outbox.due(clock.now)["chat"]] == ["critical", "high", "low"]
