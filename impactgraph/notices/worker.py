"""Looks at the incidents of a store now and then, in a thread of its own, and sends what is due."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog

from graph_models.time import SECOND, Millis
from impactgraph.errors import ImpactGraphError
from impactgraph.notices.channels import Sender
from impactgraph.notices.config import NoticeRules
from impactgraph.notices.decide import Present, decide
from impactgraph.notices.format import parse_rules
from impactgraph.notices.outbox import Outbox
from impactgraph.notices.pictures import pictures_of
from impactgraph.ports.store import Store
from impactgraph.topology.names import element_text
from impactgraph.usecases.answer import Ask
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.incidents import IncidentsQuestion, list_incidents
from impactgraph.usecases.notices import Notice, NoticeStatus
from impactgraph.usecases.snapshot import snapshot

JOIN_SECONDS = 30.0
"""How long the end of the thread is waited for: it may be in the middle of an attempt."""
_SHARE = 4
"""Pauses are so many times as long as the round before: questions have most of the processor."""
_MOST_THREADS = 8
"""Channels that are sent to at the same time."""

log = structlog.get_logger("impactgraph.notices")


class SentNotices:
    """Implements `impactgraph.usecases.notices.NoticeWorker`."""

    def __init__(
        self,
        store: Store,
        rules: NoticeRules | None,
        senders: Mapping[str, Sender],
        *,
        now: Callable[[], Millis],
        public_url: str | None = None,
    ) -> None:
        """`rules` None: nothing is sent; rules can be tried."""
        self._store = store
        self._rules = rules
        self._senders = senders
        self._now = now
        self._public_url = public_url
        self._outbox = Outbox(store, give_up=rules.give_up if rules is not None else 0)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.problem = ""
        """Why the last round failed; empty where it did not."""

    def start(self, on_commit: Callable[[], None]) -> None:
        if self._rules is None:
            return
        args = (self._rules, on_commit)
        self._thread = threading.Thread(target=self._run, args=args, name="notices", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)

    def due(self, rules: str, place: str) -> Sequence[Notice]:
        return due_notices(self._store, parse_rules(rules, place), self._now(), self._public_url)

    def _run(self, rules: NoticeRules, on_commit: Callable[[], None]) -> None:
        while not self._stop.is_set():
            round_start = time.monotonic()
            try:
                if self.round(rules):
                    on_commit()
                self.problem = ""
            except ImpactGraphError as error:
                self._note(str(error))
            except Exception as error:  # noqa: BLE001 - the next round may succeed
                self._note(f"{type(error).__name__}: {error}", error)
            pause = max(rules.every / SECOND, _SHARE * (time.monotonic() - round_start))
            self._stop.wait(pause)

    def _note(self, problem: str, error: Exception | None = None) -> None:
        """Each problem is in the log once, until it changes."""
        if problem != self.problem:
            log.error("notices cannot be sent", reason=problem, exc_info=error)
        self.problem = problem

    def round(self, rules: NoticeRules) -> bool:
        """Decides, records and sends what is due; whether anything was recorded."""
        notices = due_notices(self._store, rules, self._now(), self._public_url)
        self._outbox.put(notices, self._now())
        by_channel = self._outbox.due(self._now())
        if by_channel:
            with ThreadPoolExecutor(min(len(by_channel), _MOST_THREADS), "notices") as pool:
                list(pool.map(self._send, by_channel.values()))
        return bool(notices or by_channel)

    def _send(self, statuses: Sequence[NoticeStatus]) -> None:
        """In their order, until one is not taken: its channel is left alone for a while."""
        for status in statuses:
            if self._stop.is_set():
                return
            if not self._outbox.attempt(status, self._senders.get(status.channel), self._now()):
                return


def due_notices(
    store: Store,
    rules: NoticeRules,
    now: Millis,
    public_url: str | None = None,
    ask: Ask = answer_question,
) -> tuple[Notice, ...]:
    """Notices that are due now: nothing before a topology is applied. Costs an answer for each incident."""
    with snapshot(store, None, now) as s:
        if not s.topology.version:
            return ()
        reports = list_incidents(s, ask, IncidentsQuestion())
        pictures = pictures_of(reports, s.topology, rules)
        end_times = {each.key: each.ended_at for each in s.failures if each.ended_at is not None}
        name = partial(element_text, s.topology)
    return decide(Present(now, pictures, store.journal(), end_times, public_url, name), rules)
