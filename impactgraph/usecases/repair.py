"""Repair lists after failures: work to replay, messages to send or hold, orders to treat first."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from graph_models.enums import RecordKind
from graph_models.ids import key_of
from graph_models.impact import Question
from graph_models.orders import OrderRecord, Page
from graph_models.repair import (
    Communication,
    CommunicationGroup,
    PressingGroup,
    PressingOrder,
    RepairList,
    ReplayGroup,
    ReplayItem,
    ReplayReason,
)
from graph_models.time import Millis
from impactgraph.errors import BadInputError, Problem
from impactgraph.messages.catalogue import Catalogues
from impactgraph.ports.store import Store
from impactgraph.repair import communications, done, precedence, reasons
from impactgraph.repair.replay import (
    WatchedRecords,
    order_of_list,
    replay_groups,
    replay_items,
    with_documents,
)
from impactgraph.repair.sums import sum_money, value_of_orders
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.blast_radius import answer_question, assess
from impactgraph.usecases.incidents import find_incident, unknown_incident
from impactgraph.usecases.pages import page
from impactgraph.usecases.record_watch import watch
from impactgraph.usecases.snapshot import Snapshot, snapshot
from impactgraph.usecases.wording import DEFAULT_WORDING


@dataclass(frozen=True, slots=True)
class RepairQuestion:
    """Of an incident, of some failures, or (neither) of all failures that are active or left something."""

    failures: tuple[str, ...] = ()
    """Full ids or bare keys."""
    incident: str | None = None
    """Full id or bare key."""
    as_of: Millis | None = None


@dataclass(frozen=True)
class Repair:
    """The lists of one answer, each computed when it is first read. Good while the snapshot is open."""

    snapshot: Snapshot
    answer: Answer
    catalogues: Catalogues

    @cached_property
    def replay(self) -> RepairList[ReplayItem]:
        """Costs an answer of an earlier moment where a failure has ended."""
        open_items = replay_items(self.answer, self._watched)
        done_items = done.checked_off(self.answer, self._before(), open_items)
        return RepairList(
            items=self._with_documents(open_items),
            value=sum_money(item.value for item in open_items),
            why_empty=None if open_items else reasons.why_no_replay(self.answer, len(done_items)),
            done=done_items,
        )

    @cached_property
    def replay_groups(self) -> tuple[ReplayGroup, ...]:
        return replay_groups(self.replay.items, self.replay.done)

    @cached_property
    def communications(self) -> RepairList[Communication]:
        items = communications.communications(self.answer, self._watched, self.catalogues)
        return RepairList(
            items=items,
            value=value_of_orders((item.order, item.value) for item in items),
            why_empty=None if items else reasons.why_no_communication(self.answer),
        )

    @cached_property
    def communication_groups(self) -> tuple[CommunicationGroup, ...]:
        return communications.communication_groups(self.communications.items)

    @cached_property
    def pressing(self) -> RepairList[PressingOrder]:
        items, left_out = precedence.pressing_orders(self.answer)
        return RepairList(
            items=items,
            value=value_of_orders((item.order, item.value) for item in items),
            why_empty=None if items else reasons.why_no_pressing_order(self.answer, left_out),
            left_out=left_out,
        )

    @cached_property
    def pressing_groups(self) -> tuple[PressingGroup, ...]:
        return precedence.pressing_groups(self.pressing.items)

    @cached_property
    def _watched(self) -> WatchedRecords:
        s, question = self.snapshot, self.answer.question
        failures = {failure.key: failure for failure in self.answer.failures}
        if not (question.failures or question.suppose):  # all that have left something
            failures |= {each.key: each for each in s.failures if each.key in s.causes_of_open_records}
        return watch(s, failures.values())

    def _before(self) -> tuple[ReplayItem, ...]:
        """What was open when the last failure ended; empty where none has, and where retention removed orders
        of that moment.
        """
        s, answer = self.snapshot, self.answer
        moment = done.checkpoint(answer.failures, s.at)
        since = s.store.retained_from()
        if moment is None or (since is not None and moment < since.answers):
            return ()
        failures = tuple(failure for failure in answer.failures if failure.started_at <= moment)
        with snapshot(s.store, moment, s.at) as then:
            earlier = assess(then, replace(answer.question, as_of=moment), failures)
            return replay_items(earlier, watch(then, failures))

    def _with_documents(self, items: tuple[ReplayItem, ...]) -> tuple[ReplayItem, ...]:
        """With the numbers of the documents to take back: one read of the store for all of them."""
        orders = sorted({item.order for item in items if _has_documents(item)})
        if not orders:
            return items
        events = self.snapshot.store.timelines(orders, self.snapshot.as_of)
        records: dict[str, tuple[OrderRecord, ...]] = {key: each.records for key, each in events.items()}
        return with_documents(items, records)


def repair_of(s: Snapshot, answer: Answer, catalogues: Catalogues | None = None) -> Repair:
    """The lists of an answer; `catalogues`: texts to customers, None: the standard ones."""
    return Repair(s, answer, catalogues or DEFAULT_WORDING.messages)


@contextmanager
def repair(
    store: Store, question: RepairQuestion, now: Millis, catalogues: Catalogues | None = None
) -> Generator[Repair]:
    """Good while the context is open. Raises as `repair_question`."""
    with snapshot(store, question.as_of, now) as s:
        asked_for = repair_question(s, answer_question, question)
        yield repair_of(s, answer_question(s, asked_for), catalogues)


def repair_question(s: Snapshot, ask: Ask, question: RepairQuestion) -> Question:
    """The question about failures that it comes to.

    Raises BadInputError where it names both failures and an incident, NotFoundError where there is no such
    incident.
    """
    if question.incident is None:
        failures = tuple(key_of(each, "failure") for each in question.failures)
        return Question(failures=failures, as_of=question.as_of)
    if question.failures:
        raise BadInputError(Problem("Both an incident and failures are given: give one of them."))
    key = key_of(question.incident, "incident")
    report = find_incident(s, ask, key, question.as_of)
    if report is None:
        raise unknown_incident(s, key)
    return report.question


def page_of_replay(
    lists: Repair, first: int | None, after: str | None, *, done: bool = False
) -> Page[ReplayItem]:
    """`done`: of what is checked off. Raises BadInputError for a bad page, as the others."""
    items = lists.replay.done if done else lists.replay.items
    return page(items, order_of_list, first=first, after=after)


def page_of_communications(lists: Repair, first: int | None, after: str | None) -> Page[Communication]:
    return page(lists.communications.items, communications.order_of_list, first=first, after=after)


def page_of_pressing(lists: Repair, first: int | None, after: str | None) -> Page[PressingOrder]:
    return page(lists.pressing.items, precedence.order_of_list, first=first, after=after)


def _has_documents(item: ReplayItem) -> bool:
    return item.kind is RecordKind.POSTING and item.reason is ReplayReason.DUPLICATED
