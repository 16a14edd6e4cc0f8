"""Context of a request: who asks, what they see, and a cache of look-ups."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from api.audit import Auditing
from api.errors import RateLimitedError
from api.loaders import OrderLoader
from api.request_thread import RequestThread
from api.workers import Workers
from graph_models.access import LOCAL, Principal
from graph_models.failure import Failure
from graph_models.impact import Contribution, OwnerShare, Question
from graph_models.incident_life import RankWeights, ReportFormat
from graph_models.orders import Order, Presence, TimelineEntry
from graph_models.time import Millis
from graph_models.topology import Topology
from graph_models.zones import UTC
from impactgraph.errors import NotFoundError
from impactgraph.usecases import Store
from impactgraph.usecases.answer import Answer, Ask
from impactgraph.usecases.audit import ASKED, Invocation
from impactgraph.usecases.contributions import contributions
from impactgraph.usecases.impact_summary import ImpactSummary, impact_summaries, impact_summary
from impactgraph.usecases.incident_actions import IncidentOutcome, IncidentWork, work_on_incident
from impactgraph.usecases.incident_checklist import checklist
from impactgraph.usecases.incident_document import incident_document
from impactgraph.usecases.incidents import (
    IncidentReport,
    IncidentsQuestion,
    find_incident,
    get_incident,
    incident_of,
    list_incidents,
)
from impactgraph.usecases.list_cache import AnswerKey, ListCache
from impactgraph.usecases.measures import Measures, MeasuresQuestion, measures
from impactgraph.usecases.notices import NoNotices, NoticeWorker, WithheldNotices
from impactgraph.usecases.orders import get_orders, recorded_orders
from impactgraph.usecases.paged_answer import PagedAnswer, answer_again, as_answer, key_of_cursors
from impactgraph.usecases.presence import presences
from impactgraph.usecases.repair import Repair, RepairQuestion, repair_of, repair_question
from impactgraph.usecases.single_failures import owner_shares
from impactgraph.usecases.snapshot import current_topology
from impactgraph.usecases.sources import LiveSources, NoSources, WithheldCounts
from impactgraph.usecases.step_savings import ProposedStep
from impactgraph.usecases.time_zones import check_zone
from impactgraph.usecases.topologies import get_topology
from impactgraph.usecases.why import Case, cases, timelines
from impactgraph.usecases.wording import Catalogues, Wording

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class TopologyAt:
    """The topology that an answer is based on, and the moment it is for; None: now."""

    topology: Topology
    as_of: Millis | None = None


@dataclass(frozen=True)
class Contexts:
    """Makes a context for each request."""

    store: Store
    ask_impact: Ask
    workers: Workers
    clock: Callable[[], Millis]
    seconds: float
    """Deadline of a request."""
    max_objects: int
    """Of an answer."""
    lists: ListCache
    """Lists of answers for their next pages, of all requests."""
    auditing: Auditing
    """Records changes."""
    personal: Collection[str] = ()
    """Names of the attributes of orders that are personal."""
    chat: str | None = None
    """Address of a chat channel, with {channel} in place of its name."""
    sources: LiveSources = NoSources()  # noqa: RUF009 - it keeps nothing
    notices: NoticeWorker = NoNotices()  # noqa: RUF009 - it keeps nothing
    messages: Catalogues | None = None
    """Texts of customer messages; None: the standard ones."""
    rank_weights: RankWeights | None = None
    """By which incidents are ranked; None: by promises missed, then orders, then value."""
    on_change: Callable[[], None] = lambda: None
    """Called after each change of the data."""
    spend: Callable[[Principal, int], None] = lambda _who, _points: None
    """Takes cost points of a principal. Raises RateLimitedError."""

    def new(self, principal: Principal, seconds: float | None = None, address: str = "") -> "Context":
        """A context for what a principal asks from an address; `seconds`: an earlier deadline than the
        default.
        """
        return Context(self, principal, self.seconds if seconds is None else seconds, address)

    def store_for(self, principal: Principal) -> Store:
        """The store as a principal may see it."""
        view = principal.view(self.personal)
        return self.store if view.shows_everything else self.store.view(view)


class Context(RequestThread):
    """What a principal asks, with a cache of look-ups."""

    def __init__(self, factory: Contexts, principal: Principal, seconds: float, address: str = "") -> None:
        super().__init__(factory.workers, factory.clock(), seconds=seconds, max_objects=factory.max_objects)
        self._factory = factory
        self.address = address
        self.chat = factory.chat
        self.auditing = factory.auditing
        self._show_to(principal)
        self._ask_impact = factory.ask_impact
        self._lists = factory.lists
        self._messages = factory.messages
        self._cases: dict[str, OrderLoader[Case]] = {}
        self.retry_after: int | None = None
        """Seconds after which what a principal has used up is free again."""
        self.is_paid = False
        """Whether the cost points of all that is asked with it were taken."""
        self._topologies: dict[Millis | None, TopologyAt] = {}
        self._active: dict[Millis | None, Answer] = {}
        self._failures: dict[Millis | None, dict[str, Failure]] = {}
        self._repairs: dict[Question, Repair] = {}
        self._looking_up = asyncio.Lock()

    async def change(self, work: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of a use case that writes. Releases what is open first: a write waits for readers."""
        await self.release()
        result = await self.ask(work, *args, **kwargs)
        self._factory.on_change()
        return result

    def new(self) -> "Context":
        """A separate context, for another operation on the same connection."""
        return self._factory.new(self.principal, address=self.address)

    def note_question(self, name: str, arguments: Mapping[str, Any], outcome: str = ASKED) -> None:
        """Records a question, where the audit log has questions, too."""
        if self.auditing.questions:
            self.auditing.note(self.invocation(name, arguments), outcome)

    def invocation(self, name: str, arguments: Mapping[str, Any]) -> Invocation:
        """What the principal does, for the audit log."""
        values = {argument: value for argument, value in arguments.items() if value is not None}
        return Invocation(self.principal, name, values, self.address)

    def sign_in(self, principal: Principal) -> None:
        """Answers this principal from now on: of a web socket whose first message has the token."""
        self._show_to(principal)

    def _show_to(self, principal: Principal) -> None:
        """Shows the data as this principal may see it; nothing was asked yet."""
        factory = self._factory
        sees_all = principal.rows.shows_everything
        self.principal = principal
        self.store = factory.store_for(principal)
        self.sources = factory.sources if sees_all else WithheldCounts(factory.sources)
        self.notices = factory.notices if sees_all else WithheldNotices()

    @property
    def actor(self) -> str | None:
        """The name under which the work of this principal is recorded; None: whatever the request says."""
        return None if self.principal is LOCAL else self.principal.name

    async def next_turn(self) -> Self:
        turn = await super().next_turn()
        turn._cases = dict(self._cases)
        return turn

    def _clear(self) -> None:
        super()._clear()
        self._topologies.clear()
        self._active.clear()
        self._failures.clear()
        self._repairs.clear()

    def spend(self, points: int) -> None:
        """Takes cost points of the principal. Raises RateLimitedError, which decides the status."""
        if self.is_paid:
            return
        try:
            self._factory.spend(self.principal, points)
        except RateLimitedError as error:
            self.retry_after = error.seconds
            raise

    async def topology_version(self, version: str) -> TopologyAt:
        """The version of the topology that has this bare key. Raises NotFoundError."""
        return TopologyAt(await self.ask(get_topology, version))

    async def current_topology(self) -> TopologyAt:
        """The current topology: for what is about elements."""
        return TopologyAt(await self.ask(current_topology))

    async def topology_at(self, as_of: Millis | None = None) -> TopologyAt:
        """The topology of that moment with the former steps that orders are in; cached for the request.

        For what is about orders.
        """
        if as_of not in self._topologies:
            topology = await self.ask_at(as_of, lambda snapshot: snapshot.topology)
            self._topologies[as_of] = TopologyAt(topology, as_of)
        return self._topologies[as_of]

    async def failure(self, key: str, as_of: Millis | None) -> Failure | None:
        """By bare key, as it was then; cached for the request."""
        async with self._looking_up:
            if as_of not in self._failures:
                self._failures[as_of] = {
                    failure.key: failure for failure in await self.run(self.store.failures, as_of)
                }
            return self._failures[as_of].get(key)

    async def impact(self, question: Question) -> Answer:
        """The answer to a question. Raises NotFoundError, BadInputError."""
        return await self.ask_at(question.as_of, self._ask_impact, question)

    async def paged_impact(self, question: Question, cursors: Sequence[str]) -> Answer:
        """As `impact`, for lists that are read in pages: of the answer that the cursors belong to, if any.

        Raises NotFoundError; BadInputError, also for cursors of another question.
        """
        generation = self.store.generation
        key = key_of_cursors(cursors, question, self.store.shown)
        if key is None:
            answer = await self.impact(question)
            state = answer.watermark, answer.topology_version, answer.as_of
            key = AnswerKey.of(question, *state, self.store.shown)
            pages = PagedAnswer(self._lists, generation, key, question, lambda: lambda: answer)
        else:
            again = replace(question, as_of=key.moment)

            def open_answer() -> Callable[[], Answer]:
                return partial(answer_again, self._snapshot(key.moment), self._ask_impact, key, again)

            pages = PagedAnswer(self._lists, generation, key, again, open_answer)
        await self.run(lambda: pages.facts)
        return as_answer(pages)

    async def active_impact(self, as_of: Millis | None) -> Answer:
        """Of all failures active then; cached for the request."""
        async with self._looking_up:
            if as_of not in self._active:
                self._active[as_of] = await self.impact(Question(as_of=as_of))
            return self._active[as_of]

    async def impact_summary(self, failure: Failure, as_of: Millis | None) -> ImpactSummary:
        """The impact summary of one failure by itself."""
        return await self.ask_at(as_of, impact_summary, self._ask_impact, failure, Question(as_of=as_of))

    async def impact_summaries(self, answer: Answer) -> tuple[ImpactSummary, ...]:
        """The impact summary of each failure of an answer, ranked."""
        as_of = answer.question.as_of
        return await self.ask_at(as_of, impact_summaries, self._ask_impact, answer)

    async def incidents(self, question: IncidentsQuestion) -> tuple[IncidentReport, ...]:
        """Of failures on record and of given alerts, ranked. Raises NotFoundError, BadInputError."""
        weights = question.weights or self._factory.rank_weights
        question = replace(question, weights=weights)
        return await self.ask_at(question.as_of, list_incidents, self._ask_impact, question)

    async def measures(self, question: MeasuresQuestion) -> Measures:
        """Raises NoTopologyError, BadInputError."""
        return await self.ask_at(question.as_of, measures, self._ask_impact, question)

    async def incident(self, key: str) -> IncidentReport | None:
        """The incident of failures on record with this bare key."""
        return await self.ask_at(None, find_incident, self._ask_impact, key)

    async def get_incident(self, key: str, as_of: Millis | None) -> IncidentReport:
        """As `incident`, at a moment. Raises NotFoundError with near keys."""
        return await self.ask_at(as_of, get_incident, self._ask_impact, key, as_of)

    async def incident_rank(self, key: str, as_of: Millis | None) -> int:
        """Its place among all that are not closed, else among all. Costs an answer for each."""
        for active in (True, None):
            reports = await self.incidents(IncidentsQuestion(as_of=as_of, active=active))
            if rank := next((each.rank for each in reports if each.key == key), 0):
                return rank
        return 0

    async def checklist(self, report: IncidentReport, as_of: Millis | None) -> tuple[ProposedStep, ...]:
        """Steps of playbooks, with what they save."""
        return await self.ask_at(as_of, checklist, self._ask_impact, report)

    async def incident_document(self, key: str, at: Millis, form: ReportFormat) -> str:
        """The report of an incident at a moment. Raises NotFoundError, BadInputError."""
        return await self.ask_at(at, incident_document, self._ask_impact, key, form, self.now)

    async def work_on_incident(self, work: IncidentWork) -> IncidentOutcome:
        """Records an action. Raises NotFoundError."""
        return await self.change(work_on_incident, self._ask_impact, work, self.now)

    async def incident_of(self, failure: str, as_of: Millis | None) -> IncidentReport | None:
        """The incident that a failure on record belongs to."""
        return await self.ask_at(as_of, incident_of, self._ask_impact, failure, as_of)

    async def repair_question(self, question: RepairQuestion) -> Question:
        """The question about failures that it comes to. Raises NotFoundError, BadInputError."""
        return await self.ask_at(question.as_of, repair_question, self._ask_impact, question)

    async def repair(self, question: Question) -> Repair:
        """What is repaired by hand after the failures of a question; cached for the request.

        Raises NotFoundError, BadInputError.
        """
        async with self._looking_up:
            if question not in self._repairs:
                answer = await self.impact(question)
                self._repairs[question] = await self.ask_at(question.as_of, repair_of, answer, self._messages)
            return self._repairs[question]

    async def owner_shares(self, answer: Answer) -> tuple[OwnerShare, ...]:
        """Teams that own impaired elements of an answer, the most affected first."""
        return await self.ask_at(answer.question.as_of, owner_shares, self._ask_impact, answer)

    async def contributions(self, answer: Answer) -> tuple[Contribution, ...]:
        """What each failure of an answer adds, the most costly first."""
        return await self.ask_at(answer.question.as_of, contributions, self._ask_impact, answer)

    @cached_property
    def orders(self) -> OrderLoader[Order]:
        """Without what is expected of them."""
        return OrderLoader(lambda keys, as_of: self.ask_at(as_of, recorded_orders, keys))

    @cached_property
    def expected_orders(self) -> OrderLoader[Order]:
        """With what is expected of them."""
        return OrderLoader(lambda keys, as_of: self.ask_at(as_of, get_orders, keys))

    @cached_property
    def cases(self) -> OrderLoader[Case]:
        """Evidence for the diagnoses and timelines of orders; times in sentences are UTC."""
        return self.cases_in(UTC)

    def cases_in(self, timezone: str) -> OrderLoader[Case]:
        """As `cases`, with times in sentences of a zone. Raises BadInputError where there is no such zone."""
        if timezone not in self._cases:
            wording = Wording(check_zone(timezone, "timezone"), self._messages)
            self._cases[timezone] = OrderLoader(lambda keys, as_of: self.ask_at(as_of, cases, keys, wording))
        return self._cases[timezone]

    @cached_property
    def presences(self) -> OrderLoader[tuple[Presence, ...]]:
        """In which systems orders were seen."""
        return OrderLoader(lambda keys, as_of: self.ask_at(as_of, presences, keys))

    @cached_property
    def timelines(self) -> OrderLoader[tuple[TimelineEntry, ...]]:
        return OrderLoader(self._timelines)

    async def _timelines(self, keys: list[str], as_of: Millis | None) -> dict[str, tuple[TimelineEntry, ...]]:
        results = await asyncio.gather(*(self.cases.load(key, as_of) for key in keys), return_exceptions=True)
        for error in results:
            if isinstance(error, BaseException) and not isinstance(error, NotFoundError):
                raise error
        by_order = {
            key: case for key, case in zip(keys, results, strict=True) if not isinstance(case, BaseException)
        }
        return await self.ask_at(as_of, timelines, by_order)
