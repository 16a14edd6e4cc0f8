"""Laws of notices: each picture of an incident is told once, and the last one is always told."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.journal import Journal, NoticeKind, NoticeLevel, NoticeState
from graph_models.time import HOUR, MINUTE, Millis
from impactgraph.notices.config import CALM, SETTLED, Rule
from impactgraph.notices.decide import Present, decide
from impactgraph.notices.pictures import Picture
from impactgraph.usecases.notices import NoticeStatus, statuses_of
from tests.unit.notices.pictures import NOW, journal_with, picture, rules

RULES = rules(Rule("all", ("chat", "mail")), Rule("boss", ("mail",), after=10 * MINUTE))
LEVELS = [each for each in NoticeLevel if each is not NoticeLevel.NONE]


@dataclass(frozen=True)
class Moment:
    """What is so for some minutes: the level and cause of each incident, None: it is over."""

    minutes: int
    incidents: Mapping[str, tuple[NoticeLevel, str] | None]
    is_killed: bool
    """The process ends after the decision, before anything is recorded."""
    state: NoticeState


incident = st.none() | st.tuples(st.sampled_from(LEVELS), st.sampled_from(["system:a", "system:b"]))
moments = st.lists(
    st.builds(
        Moment,
        st.integers(1, 90),
        st.fixed_dictionaries({"F-1": incident, "F-2": incident}),
        st.booleans(),
        st.sampled_from(NoticeState),
    ),
    min_size=1,
    max_size=12,
)


class History:
    """Moments one after the other, with what is told in each."""

    def __init__(self) -> None:
        self.at: Millis = NOW
        self.journal = Journal()
        self.started: dict[str, Millis] = {}
        self.ended: dict[str, Millis] = {}

    def pass_(self, moment: Moment) -> None:
        self.at += moment.minutes * MINUTE
        for key, state in moment.incidents.items():
            if state is None and key in self.started:
                self.ended[key] = self.at
                del self.started[key]
            elif state is not None and key not in self.started:
                self.started[key] = self.at
                self.ended.pop(key, None)
        present = self.present(moment)
        notices = decide(present, RULES)
        if moment.is_killed:
            assert [each.key for each in decide(present, RULES)] == [each.key for each in notices]
            return
        self.journal = journal_with(self.journal, notices, self.at, moment.state)
        assert decide(self.present(moment), RULES) == ()

    def present(self, moment: Moment) -> Present:
        pictures = tuple(
            self._picture(key, rank, state)
            for rank, (key, state) in enumerate(moment.incidents.items(), 1)
            if state is not None
        )
        return Present(self.at, pictures, self.journal, self.ended)

    def _picture(self, key: str, rank: int, state: tuple[NoticeLevel, str]) -> Picture:
        level, cause = state
        started_at = self.started[key]
        return picture(key, rank=rank, level=level, cause=cause, started_at=started_at, known_at=started_at)

    def conversations(self) -> dict[tuple[str, str, str], list[NoticeStatus]]:
        found: dict[tuple[str, str, str], list[NoticeStatus]] = {}
        for each in statuses_of(self.journal.notices):
            found.setdefault((each.rule, each.channel, each.incident), []).append(each)
        return found


def history_of(steps: list[Moment]) -> History:
    history = History()
    for step in steps:
        history.pass_(step)
    return history


@given(moments)
@settings(max_examples=60)
def test_no_picture_is_notified_twice_in_a_row_and_every_id_is_of_one_notice(steps: list[Moment]) -> None:
    history = history_of(steps)

    keys = [each.notice for each in history.journal.notices if each.state is NoticeState.WAITING]
    assert len(keys) == len(set(keys))
    for told in history.conversations().values():
        assert told[0].kind is NoticeKind.NEW
        for before, after in pairwise(told):
            is_new = after.kind is NoticeKind.NEW
            assert is_new or (before.level, before.cause, before.kind) != (
                after.level,
                after.cause,
                after.kind,
            )
            assert after.kind is not NoticeKind.RESOLVED or before.kind is not NoticeKind.RESOLVED
            assert after.kind is not NoticeKind.CHANGED or before.kind is not NoticeKind.RESOLVED


@given(moments)
@settings(max_examples=60)
def test_once_all_is_calm_the_last_notice_says_so(steps: list[Moment]) -> None:
    last = steps[-1]
    calm = Moment((CALM + SETTLED + HOUR) // MINUTE, last.incidents, is_killed=False, state=NoticeState.SENT)

    history = history_of([*steps, calm])

    conversations = history.conversations()
    for key, state in last.incidents.items():
        for rule, channel in (("all", "chat"), ("all", "mail"), ("boss", "mail")):
            told = conversations.get((rule, channel, key), [])
            if state is None:
                assert not told or told[-1].kind is NoticeKind.RESOLVED
            else:
                assert (told[-1].level, told[-1].cause) == state
                assert told[-1].kind is not NoticeKind.RESOLVED


@given(moments)
@settings(max_examples=40)
def test_two_notices_on_smaller_pictures_are_half_an_hour_apart(steps: list[Moment]) -> None:
    for told in history_of(steps).conversations().values():
        for before, after in pairwise(told):
            has_grown = after.level.height > before.level.height
            if after.kind is NoticeKind.CHANGED and not has_grown:
                assert after.created_at - before.created_at >= CALM
