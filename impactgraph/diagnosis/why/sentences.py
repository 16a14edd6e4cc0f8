"""The verdict in one plain sentence, for somebody who knows no systems, with what it stands on."""

from collections.abc import Callable, Mapping

from graph_models.diagnosis import RecordFinding
from graph_models.enums import Band, Effect, OrderStatus, RecordEffect
from graph_models.failure import Failure
from graph_models.time import Millis, say_duration
from graph_models.topology import Topology
from impactgraph.diagnosis.why.moments import ago, clock
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, Situation
from impactgraph.diagnosis.why.verdict import Verdict, worst_impact


def headline(topology: Topology, s: Situation, verdict: Verdict) -> str:
    return _SENTENCES[verdict.rule](_Sentence(topology, s, verdict))


def failure_text(topology: Topology, failure: Failure) -> str:
    """`F-queues (Queues are full)`, else with its class and element."""
    said = (
        failure.summary.strip().rstrip(".")
        or f"{failure.failure_class.value.lower().replace('_', ' ')} of {display_name(topology, failure.target)}"
    )
    return f"{failure.key} ({said})"


def display_name(topology: Topology, identifier: str) -> str:
    """What people call an element; its key where it has no name or is not known."""
    return (
        getattr(topology.elements.get(identifier), "name", "")
        or identifier.partition(":")[2].rpartition("/")[2]
    )


class _Sentence:
    """Parts of sentences about one order."""

    def __init__(self, topology: Topology, s: Situation, verdict: Verdict) -> None:
        self.topology, self.s, self.verdict = topology, s, verdict
        self.part = verdict.basis.fulfillment

    # ---- pieces

    @property
    def who(self) -> str:
        """The order, or the part of it where it is split."""
        key = self.s.order.key
        return (
            f"Part {self.part.fulfillment.key} of order {key}"
            if self.part is not None and len(self.s.fulfillments) > 1
            else f"Order {key}"
        )

    @property
    def where(self) -> str:
        """`Pick at Lisbon Chiado`."""
        if self.part is None:
            return "its step"
        told = self.part.fulfillment
        step = (
            display_name(self.topology, f"step:{told.workflow}/{told.step}")
            if told.step
            else "its first step"
        )
        return (
            f"{step} at {display_name(self.topology, f'location:{told.location}')}" if told.location else step
        )

    @property
    def entered(self) -> str:
        at = self.part.fulfillment.entered_at if self.part is not None else None
        return f" since {clock(at, self.s.at)} ({say_duration(self.s.at - at)})" if at is not None else ""

    @property
    def moves(self) -> str:
        """When it moves, as far as that is known."""
        hit = self.verdict.basis.impact
        if hit is not None and hit.needs_replay:
            return "it moves when its message is sent again, and nothing says yet when that is"
        expected = self.part.expected_to_leave_at if self.part is not None else None
        return (
            f"it is expected to move about {clock(expected, self.s.at)}"
            if expected is not None
            else "when it moves is not known"
        )

    @property
    def done(self) -> str:
        """When it is expected to be done, against its promise."""
        hit = self._hit
        if hit.completion is None:
            return "; when it will be done is not known" if hit.needs_replay else ""
        would = "it is expected to be" if hit.is_probable else "if so, it will be"
        return f"; {would} done about {clock(hit.completion, self.s.at)}{self._promise(hit.completion)}"

    def _promise(self, at: Millis) -> str:
        promised = self.s.order.promised_by
        if promised is None:
            return ""
        return (
            f", after its promise of {clock(promised, self.s.at)}"
            if at > promised
            else ", within its promise"
        )

    @property
    def failure(self) -> str:
        return self._named(self._hit)

    def _named(self, hit: Impact) -> str:
        return (
            " together with ".join(failure_text(self.topology, each) for each in hit.failures) or "a failure"
        )

    def record(self, found: RecordFinding) -> str:
        amount = f", {found.amount.amount:,.2f} {found.amount.currency}" if found.amount is not None else ""
        return f"{found.type.replace('_', ' ')} ({found.kind.value.replace('_', ' ')}{amount})"

    # ---- sentences

    def cancelled(self) -> str:
        at = max((part.ended_at or 0 for part in self.s.fulfillments), default=0)
        return f"Order {self.s.order.key} was cancelled{f' at {ago(at, self.s.at)}' if at else ''}; nothing more is expected of it."

    def completed(self) -> str:
        at, promised = (
            max((part.ended_at or 0 for part in self.s.fulfillments), default=0),
            self.s.order.promised_by,
        )
        if not at:
            return f"Order {self.s.order.key} is completed."
        kept = (
            ""
            if promised is None
            else f", {say_duration(at - promised)} after its promise"
            if at > promised
            else ", within its promise"
        )
        return f"Order {self.s.order.key} was completed at {ago(at, self.s.at)}{kept}."

    def refused(self) -> str:
        assert self.part is not None and self.part.error is not None
        found = worst_impact((self.part, hit) for hit in self.part.impacts if hit.holds)
        why = (
            f" because of a known failure, {self._named(found.impact)},"
            if found is not None and found.impact is not None
            else ""
        )
        return (
            f"A message of {self._lower} was refused in {self.where} at {ago(self.part.error.at, self.s.at)}{why} and lies aside: "
            "it moves when that message is sent again, and nothing says yet when that is."
        )

    @property
    def _lower(self) -> str:
        return self.who[0].lower() + self.who[1:]

    def held(self) -> str:
        hit = self._hit
        return f"{self.who} is held in {self.where} since {clock(hit.at, self.s.at)} by a known failure, {self.failure}; {self.moves}."

    def left_behind(self) -> str:
        return f"{self.who} has waited in {self.where}{self.entered} since {self.failure}, which has ended; {self.moves}."

    def still_held(self) -> str:
        return f"{self.who} is still held in {self.where}{self.entered} by what has piled up during {self.failure}, which has ended; {self.moves}."

    def failed(self) -> str:
        assert self.part is not None and self.part.error is not None
        fault = self.part.error
        source = f" from {display_name(self.topology, fault.element)}" if fault.element else ""
        said = f' ("{fault.message}")' if fault.message else ""
        code = f"the error {fault.code}" if fault.code else "an error without a code"
        return f"{self.who} stopped in {self.where} at {ago(fault.at, self.s.at)} with {code}{source}{said}; no known failure explains it."

    def like_others(self) -> str:
        if self.s.shared_factors:
            return f"{self._overdue}; no known failure holds it, but others like it are overdue too: {'; '.join(self.s.shared_factors)}."
        suspect = self.s.suspects[0]
        seen = suspect.evidence.partition(". ")[0].rstrip(".")
        where = (
            f"trouble at {display_name(self.topology, suspect.element)} ({seen[:1].lower()}{seen[1:]})"
            if suspect.element
            else seen
        )
        return f"{self._overdue}; no known failure holds it, but {where} would explain it and others."

    def alone(self) -> str:
        peers = self.s.peers
        if peers is None or peers.total <= 1:
            return f"{self._overdue}; no known failure holds it, and there are no others to compare it with{self._run}."
        others, late = peers.total - 1, max(peers.overdue - 1, 0)
        rest = f"of {others} other{'s' if others > 1 else ''} there {late or 'none'} {'are' if late > 1 else 'is'} overdue"
        return f"{self._overdue}; no known failure holds it, {rest}, and nothing in common was found: why is not known{self._run}."

    @property
    def _run(self) -> str:
        """Of what was done too late, or is not known to be done."""
        run = self._part.run_at
        return f"; its next hand-over is at {clock(run, self.s.at)}" if run is not None else ""

    @property
    def _overdue(self) -> str:
        assert (
            self.part is not None
            and self.part.limit is not None
            and self.part.fulfillment.entered_at is not None
        )
        beyond = self.s.at - self.part.fulfillment.entered_at - self.part.limit
        return f"{self.who} is in {self.where}{self.entered}, {say_duration(beyond)} longer than the {say_duration(self.part.limit)} that it may be"

    def touched(self) -> str:
        hit = self._hit
        step, it = display_name(self.topology, hit.first_hit), self.failure
        sure = "" if hit.is_probable else f" (likelihood {hit.likelihood:.0%})"
        if hit.band is Band.RECORDS_ONLY:
            verb, how = _TO_RECORDS.get(hit.effect, ("make", " late or missing"))
            return f"{self.who} itself flows, but {it} {'will' if hit.is_probable else 'may'} {verb} a posting or message of {step}{how}{sure}."
        if hit.band is Band.UPCOMING:
            verb = _WILL[hit.effect] if hit.is_probable else _MAY[hit.effect]
            return f"{self.who} flows now, but {it} {verb} {step} about {clock(hit.at, self.s.at)}{sure}{self.done}."
        if hit.band is Band.STUCK:
            return f"{self.who} is in {self.where}, where {it} may hold it{sure}{self.done}."
        late = f", which costs it {say_duration(hit.delay)}" if hit.delay else ""
        return f"{self.who} {'was' if hit.is_probable else 'may have been'} caught by {it} at {step}{late}{sure}; it moves{self.done}."

    @property
    def _hit(self) -> Impact:
        assert self.verdict.basis.impact is not None
        return self.verdict.basis.impact

    def missing(self) -> str:
        found = self._finding
        due = f" was due at {ago(found.due, self.s.at)} and" if found.due is not None else ""
        return f"The {self.record(found)} of {self._lower}{due} has not come{self._more(RecordEffect.MISSING)}; {self._rest}."

    def out_of_sequence(self) -> str:
        found = self._finding
        return f"The {self.record(found)} of {self._lower} came before one that it must follow{self._more(RecordEffect.OUT_OF_SEQUENCE)}; {self._rest}."

    @property
    def _finding(self) -> RecordFinding:
        assert self.verdict.basis.finding is not None
        return self.verdict.basis.finding

    def _more(self, effect: RecordEffect) -> str:
        others = sum(f.effect is effect for f in self.s.findings) - 1
        return f", and {others} more like it" if others > 0 else ""

    @property
    def _rest(self) -> str:
        cause = self._finding.likely_cause
        why = (
            f", likely because of trouble at {display_name(self.topology, cause.element)}"
            if cause is not None and cause.element
            else ""
        )
        return f"the order itself {'is completed' if self.s.order.status is OrderStatus.COMPLETED else 'flows'}{why}"

    def unknown(self) -> str:
        assert self.part is not None
        return f"Where {self._lower} stands cannot be told: {self.part.unknown_reason}."

    def waiting(self) -> str:
        part = self._part
        if part.run_at is not None:
            return f"{self.who} is done in {self.where} and waits, as it should, for the hand-over at {clock(part.run_at, self.s.at)}{self._too_late}."
        until = f" (until {clock(self._limit, self.s.at)})" if self._limit is not None else ""
        return f"{self.who} is in {self.where}{self.entered}, longer than most but within what is allowed{until}; {self.moves}{self._too_late}."

    @property
    def _limit(self) -> Millis | None:
        told, limit = self._part.fulfillment, self._part.limit
        return told.entered_at + limit if told.entered_at is not None and limit is not None else None

    @property
    def _part(self) -> FulfillmentState:
        assert self.part is not None
        return self.part

    def on_track(self) -> str:
        if self._part.fulfillment.step is None:
            return f"{self.who} was placed at {ago(self.s.order.placed_at, self.s.at)} and its first step is about to begin."
        return f"{self.who} is on track: in {self.where}{self.entered}; {self.moves}{self._too_late}."

    @property
    def _too_late(self) -> str:
        """Where no failure makes it late, but late it is."""
        done, promised = self._part.expected_done_at, self.s.order.promised_by
        if done is None or promised is None or done <= promised:
            return ""
        return f", and to be done about {clock(done, self.s.at)}, after its promise of {clock(promised, self.s.at)}"

    def nothing(self) -> str:
        return f"Of order {self.s.order.key} no part is known that could tell where it stands."


_WILL = {
    Effect.REJECTED: "will refuse it at",
    Effect.BLOCKED: "will hold it at",
    Effect.DELAYED: "will slow it down at",
    Effect.STALE: "may mislead a decision about it in",
    Effect.DUPLICATED: "will double it at",
    Effect.DEGRADED: "will touch it at",
}
_TO_RECORDS = {Effect.DUPLICATED: ("double", ""), Effect.STALE: ("make", " wrong")}
_MAY = {effect: words.replace("will ", "may ", 1) for effect, words in _WILL.items()}

_SENTENCES: Mapping[str, Callable[[_Sentence], str]] = {
    "cancelled": _Sentence.cancelled,
    "message refused": _Sentence.refused,
    "held by a failure": _Sentence.held,
    "left behind by a failure": _Sentence.left_behind,
    "held after a failure": _Sentence.still_held,
    "error reported": _Sentence.failed,
    "overdue like others": _Sentence.like_others,
    "overdue": _Sentence.alone,
    "touched by a failure": _Sentence.touched,
    "record out of sequence": _Sentence.out_of_sequence,
    "record missing": _Sentence.missing,
    "completed": _Sentence.completed,
    "maybe touched by a failure": _Sentence.touched,
    "not known": _Sentence.unknown,
    "waiting": _Sentence.waiting,
    "on track": _Sentence.on_track,
    "nothing known": _Sentence.nothing,
}
"""By the name of the rule."""
