"""The headline of a diagnosis: the verdict in one plain sentence, for readers who do not know the systems."""

from collections.abc import Callable, Mapping

from graph_models.diagnosis import RecordFinding
from graph_models.enums import Band, Effect, OrderStatus, RecordEffect
from graph_models.failure import Failure
from graph_models.money import say_amount
from graph_models.percent import percent
from graph_models.time import MINUTE, Millis, say_duration
from graph_models.topology import Topology
from impactgraph.diagnosis.why.moments import ago, clock
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, ReportedError, Situation
from impactgraph.diagnosis.why.verdict import Verdict, worst_impact

LATER_THAN_PROMISED = "later than promised"


def headline(topology: Topology, s: Situation, verdict: Verdict) -> str:
    """One sentence that names the order."""
    return _SENTENCES[verdict.rule](_Sentence(topology, s, verdict))


def failure_text(topology: Topology, failure: Failure) -> str:
    """`F-queues (Queues are full)`: the failure with its summary, else with its class and element."""
    summary = failure.summary.strip().rstrip(".")
    if not summary:
        failure_class = failure.failure_class.value.lower().replace("_", " ")
        summary = f"{failure_class} of {display_name(topology, failure.target)}"
    return f"{failure.key} ({summary})"


def display_name(topology: Topology, identifier: str) -> str:
    """The name of an element; its key where it has no name or is not in the topology."""
    name = getattr(topology.elements.get(identifier), "name", "")
    return name or identifier.partition(":")[2].rpartition("/")[2]


def delay_to_promise(at: Millis, promise: Millis) -> str:
    """`1 h 36 min later than promised`: the difference of the two times as they are printed, to the minute.

    In seconds where both are in the same minute. `at` is after the promise.
    """
    excess = (at // MINUTE - promise // MINUTE) * MINUTE or at - promise
    return f"{say_duration(excess)} {LATER_THAN_PROMISED}"


class _Sentence:
    """Sentences about one order, one method a rule, from phrases that they share."""

    def __init__(self, topology: Topology, s: Situation, verdict: Verdict) -> None:
        self.topology = topology
        self.s = s
        self.state = verdict.basis.fulfillment
        self.impact = verdict.basis.impact
        self.finding = verdict.basis.finding

    # ---- phrases

    @property
    def _subject(self) -> str:
        """The order, or the fulfillment where the order is split."""
        key = self.s.order.key
        if self.state is None or len(self.s.fulfillments) < 2:
            return f"Order {key}"
        return f"Fulfillment {self.state.fulfillment.key} of order {key}"

    @property
    def _object(self) -> str:
        """The subject within a sentence."""
        return self._subject[0].lower() + self._subject[1:]

    @property
    def _place(self) -> str:
        """`Pick at Lisbon Chiado`."""
        if self.state is None:
            return "its step"
        f = self.state.fulfillment
        step = display_name(self.topology, f"step:{f.workflow}/{f.step}") if f.step else "its first step"
        return f"{step} at {display_name(self.topology, f'location:{f.location}')}" if f.location else step

    @property
    def _since_entry(self) -> str:
        at = self.state.fulfillment.entered_at if self.state is not None else None
        return f" since {clock(at, self.s.at)} ({say_duration(self.s.at - at)})" if at is not None else ""

    @property
    def _next_step(self) -> str:
        """When it goes on, as far as that is known."""
        if self.impact is not None and self.impact.needs_replay:
            return "it continues when its message is sent again, and there is no date for that yet"
        leaves_at = self.state.expected_to_leave_at if self.state is not None else None
        if leaves_at is None:
            return "there is no date for its next step yet"
        return f"next step expected around {clock(leaves_at, self.s.at)}"

    @property
    def _completion(self) -> str:
        """When it is expected to be completed, compared with its promise."""
        impact = self._known_impact
        if impact.completion is None:
            return "; there is no completion date yet" if impact.needs_replay else ""
        start = "completion expected" if impact.is_probable else "if so, completion is expected"
        moment = clock(impact.completion, self.s.at)
        return f"; {start} around {moment}{self._against_promise(impact.completion)}"

    def _against_promise(self, at: Millis) -> str:
        promise = self.s.order.promised_by
        if promise is None:
            return ""
        return f", later than promised ({clock(promise, self.s.at)})" if at > promise else ", as promised"

    def _failures(self, impact: Impact) -> str:
        """Failures that had to occur together; reports of the same failure under other ids in one."""
        texts: dict[object, str] = {}
        for each in impact.failures:
            subject = each.target, each.failure_class, each.scope
            if subject in texts:
                texts[subject] += f", also reported as {each.key}"
            else:
                texts[subject] = failure_text(self.topology, each)
        return " together with ".join(texts.values()) or "a failure"

    @property
    def _overdue(self) -> str:
        state = self._known_state
        entered_at = state.fulfillment.entered_at
        assert state.limit is not None and entered_at is not None
        excess = say_duration(self.s.at - entered_at - state.limit)
        limit = say_duration(state.limit)
        return (
            f"{self._subject} has been in {self._place}{self._since_entry}, {excess} over the {limit} limit"
        )

    @property
    def _next_run(self) -> str:
        """Of work that was done too late for its run, or that is not known to be done."""
        run_at = self._known_state.run_at
        return f"; its next hand-over is at {clock(run_at, self.s.at)}" if run_at is not None else ""

    @property
    def _late_completion(self) -> str:
        """Where it is late although no failure delays it."""
        done_at = self._known_state.expected_done_at
        promise = self.s.order.promised_by
        if done_at is None or promise is None or done_at <= promise:
            return ""
        return f"; completion expected around {clock(done_at, self.s.at)}{self._against_promise(done_at)}"

    # ---- the basis of the verdict

    @property
    def _known_state(self) -> FulfillmentState:
        assert self.state is not None
        return self.state

    @property
    def _known_impact(self) -> Impact:
        assert self.impact is not None
        return self.impact

    @property
    def _known_finding(self) -> RecordFinding:
        assert self.finding is not None
        return self.finding

    @property
    def _known_error(self) -> ReportedError:
        assert self.state is not None and self.state.error is not None
        return self.state.error

    # ---- sentences: the order is over, stopped or held

    def cancellation(self) -> str:
        at = max((state.ended_at or 0 for state in self.s.fulfillments), default=0)
        when = f" at {ago(at, self.s.at)}" if at else ""
        return f"Order {self.s.order.key} was cancelled{when}; nothing more is due."

    def completion(self) -> str:
        at = max((state.ended_at or 0 for state in self.s.fulfillments), default=0)
        if not at:
            return f"Order {self.s.order.key} is completed."
        promise = self.s.order.promised_by
        punctuality = ""
        if promise is not None:
            punctuality = f", {delay_to_promise(at, promise)}" if at > promise else ", as promised"
        return f"Order {self.s.order.key} was completed at {ago(at, self.s.at)}{punctuality}."

    def rejection(self) -> str:
        state = self._known_state
        worst = worst_impact((state, impact) for impact in state.impacts if impact.holds)
        reason = ""
        if worst is not None and worst.impact is not None:
            reason = f" because of a known failure, {self._failures(worst.impact)},"
        return (
            f"A message of {self._object} was rejected in {self._place} at "
            f"{ago(self._known_error.at, self.s.at)}{reason} and waits to be sent again: "
            "the order continues after that, and there is no date for it yet."
        )

    def holding(self) -> str:
        impact = self._known_impact
        return (
            f"{self._subject} has been held in {self._place} since {clock(impact.at, self.s.at)} "
            f"by a known failure, {self._failures(impact)}; {self._next_step}."
        )

    def awaiting_replay(self) -> str:
        return (
            f"{self._subject} has been waiting in {self._place}{self._since_entry} because of "
            f"{self._failures(self._known_impact)}, which has ended; {self._next_step}."
        )

    def backlog(self) -> str:
        return (
            f"{self._subject} is still held in {self._place}{self._since_entry} by the backlog of "
            f"{self._failures(self._known_impact)}, which has ended; {self._next_step}."
        )

    def error(self) -> str:
        error = self._known_error
        code = f"the error {error.code}" if error.code else "an error without a code"
        source = f" from {display_name(self.topology, error.element)}" if error.element else ""
        message = f' ("{error.message}")' if error.message else ""
        return (
            f"{self._subject} stopped in {self._place} at {ago(error.at, self.s.at)} "
            f"with {code}{source}{message}; no known failure explains it."
        )

    # ---- sentences: overdue without a known failure

    def shared_delay(self) -> str:
        if self.s.shared_factors:
            factors = "; ".join(self.s.shared_factors)
            return (
                f"{self._overdue}; no known failure holds it, but similar orders are overdue too: {factors}."
            )
        suspect = self.s.suspects[0]
        evidence = suspect.evidence.partition(". ")[0].rstrip(".")
        problem = evidence
        if suspect.element:
            element = display_name(self.topology, suspect.element)
            problem = f"a problem at {element} ({evidence[:1].lower()}{evidence[1:]})"
        return f"{self._overdue}; no known failure holds it, but {problem} would explain it and other orders."

    def overdue(self) -> str:
        peers = self.s.peers
        if peers is None or peers.total <= 1:
            return (
                f"{self._overdue}; no known failure holds it, "
                f"and there are no peers to compare it with{self._next_run}."
            )
        others = peers.total - 1
        late = max(peers.overdue - 1, 0)
        verb = "are" if late > 1 else "is"
        share = f"{late or 'none'} of {others} other{'s' if others > 1 else ''} there {verb} overdue"
        return (
            f"{self._overdue}; no known failure holds it, {share}, "
            f"and no common cause was found{self._next_run}."
        )

    # ---- sentences: affected by a failure

    def effect(self) -> str:
        impact = self._known_impact
        step = display_name(self.topology, impact.first_hit)
        failures = self._failures(impact)
        likelihood = "" if impact.is_probable else f" (likelihood {percent(impact.likelihood)})"
        if impact.band is Band.RECORDS_ONLY:
            verb = "will" if impact.is_probable else "may"
            record = f"{_RECORD_EFFECTS.get(impact.effect, 'a late or missing')} posting or message of {step}"
            return f"{self._subject} itself is on schedule, but {failures} {verb} cause {record}{likelihood}."
        if impact.band is Band.UPCOMING:
            verb = _WILL[impact.effect] if impact.is_probable else _MAY[impact.effect]
            when = f"around {clock(impact.at, self.s.at)}"
            return (
                f"{self._subject} is currently on schedule, but {failures} {verb} {step} "
                f"{when}{likelihood}{self._completion}."
            )
        if impact.band is Band.STUCK:
            return (
                f"{self._subject} is in {self._place}, where {failures} may hold it"
                f"{likelihood}{self._completion}."
            )
        verb = "was" if impact.is_probable else "may have been"
        delay = f", which adds {say_duration(impact.delay)}" if impact.delay else ""
        return (
            f"{self._subject} {verb} affected by {failures} at {step}{delay}{likelihood}; "
            f"it is moving again{self._completion}."
        )

    # ---- sentences: records

    def missing(self) -> str:
        finding = self._known_finding
        due = f" was due at {ago(finding.due, self.s.at)} and" if finding.due is not None else ""
        return (
            f"The {self._record} of {self._object}{due} has not arrived"
            f"{self._more(RecordEffect.MISSING)}{self._record_cause}; {self._order_status}."
        )

    def out_of_sequence(self) -> str:
        return (
            f"The {self._record} of {self._object} arrived before one that it must follow"
            f"{self._more(RecordEffect.OUT_OF_SEQUENCE)}{self._record_cause}; {self._order_status}."
        )

    @property
    def _record(self) -> str:
        """`invoice (posting, 100.00 EUR)`."""
        finding = self._known_finding
        money = finding.amount
        amount = f", {say_amount(money.amount, money.currency)}" if money is not None else ""
        return f"{finding.type.replace('_', ' ')} ({finding.kind.value.replace('_', ' ')}{amount})"

    def _more(self, effect: RecordEffect) -> str:
        others = sum(f.effect is effect for f in self.s.findings) - 1
        return f" (and {others} more like it)" if others > 0 else ""

    @property
    def _record_cause(self) -> str:
        cause = self._known_finding.likely_cause
        if cause is None or not cause.element:
            return ""
        return f", probably because of a problem at {display_name(self.topology, cause.element)}"

    @property
    def _order_status(self) -> str:
        is_completed = self.s.order.status is OrderStatus.COMPLETED
        return f"the order itself is {'completed' if is_completed else 'on schedule'}"

    # ---- sentences: nothing is wrong, or nothing is known

    def unknown_position(self) -> str:
        return f"The position of {self._object} is unknown: {self._known_state.unknown_reason}."

    def waiting(self) -> str:
        state = self._known_state
        if state.run_at is not None:
            return (
                f"{self._subject} is done in {self._place} and waits, as planned, for the hand-over "
                f"at {clock(state.run_at, self.s.at)}{self._late_completion}."
            )
        entered_at = state.fulfillment.entered_at
        until = ""
        if entered_at is not None and state.limit is not None:
            until = f" (until {clock(entered_at + state.limit, self.s.at)})"
        return (
            f"{self._subject} has been in {self._place}{self._since_entry}, longer than most but within "
            f"the limit{until}; {self._next_step}{self._late_completion}."
        )

    def on_track(self) -> str:
        if self._known_state.fulfillment.step is None:
            placement = ago(self.s.order.placed_at, self.s.at)
            return f"{self._subject} was placed at {placement} and its first step is about to begin."
        return (
            f"{self._subject} is on schedule: in {self._place}{self._since_entry}; "
            f"{self._next_step}{self._late_completion}."
        )

    def no_record(self) -> str:
        return (
            f"The position of order {self.s.order.key} is unknown: nothing is recorded of its fulfillments."
        )


_WILL = {
    Effect.REJECTED: "will reject it at",
    Effect.BLOCKED: "will hold it at",
    Effect.DELAYED: "will delay it at",
    Effect.STALE: "may mislead a decision about it in",
    Effect.DUPLICATED: "will duplicate it at",
    Effect.DEGRADED: "will affect it at",
}
_MAY = {effect: phrase.replace("will ", "may ", 1) for effect, phrase in _WILL.items()}
_RECORD_EFFECTS = {Effect.DUPLICATED: "a duplicate", Effect.STALE: "a wrong"}

_SENTENCES: Mapping[str, Callable[[_Sentence], str]] = {
    "cancelled": _Sentence.cancellation,
    "message rejected": _Sentence.rejection,
    "held by a failure": _Sentence.holding,
    "waiting for a replay": _Sentence.awaiting_replay,
    "held after a failure": _Sentence.backlog,
    "error reported": _Sentence.error,
    "overdue like others": _Sentence.shared_delay,
    "overdue": _Sentence.overdue,
    "affected by a failure": _Sentence.effect,
    "record out of sequence": _Sentence.out_of_sequence,
    "record missing": _Sentence.missing,
    "completed": _Sentence.completion,
    "possibly affected by a failure": _Sentence.effect,
    "position unknown": _Sentence.unknown_position,
    "waiting": _Sentence.waiting,
    "on track": _Sentence.on_track,
    "nothing recorded": _Sentence.no_record,
}
"""By the name of the rule."""
