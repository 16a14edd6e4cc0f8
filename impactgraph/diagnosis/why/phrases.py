"""Parts of the sentences about one order: what it is called, where it is, since when, when it goes on, and
whether it keeps its promise.
"""

from graph_models.customer_facts import CustomerArrival, CustomerStage
from graph_models.diagnosis import RecordFinding
from graph_models.enums import Band
from graph_models.time import Millis, say_duration
from graph_models.topology import Topology
from impactgraph.diagnosis.why.names import delay_to_promise
from impactgraph.diagnosis.why.situation import PROBABLE, FulfillmentState, Impact, ReportedError, Situation
from impactgraph.diagnosis.why.verdict import Verdict
from impactgraph.topology.names import display_name, failure_text

_ARRIVALS = {
    CustomerArrival.DELIVERY: "delivery expected around",
    CustomerArrival.COLLECTION: "expected to be ready to collect around",
    CustomerArrival.RETURN: "the return is expected to be complete around",
    CustomerArrival.COMPLETION: "completion expected around",
}


class Phrases:
    """Phrases about one order that its sentences share."""

    def __init__(self, topology: Topology, s: Situation, verdict: Verdict) -> None:
        self.topology = topology
        self.s = s
        self.has_no_date = verdict.has_no_date
        self.state = verdict.basis.fulfillment
        self.impact = verdict.basis.impact
        self.finding = verdict.basis.finding

    @property
    def subject(self) -> str:
        """The order, or the fulfillment where the order is split."""
        key = self.s.order.key
        if self.state is None or len(self.s.fulfillments) < 2:
            return f"Order {key}"
        return f"Fulfillment {self.state.fulfillment.key} of order {key}"

    @property
    def mention(self) -> str:
        """The subject within a sentence."""
        return self.subject[0].lower() + self.subject[1:]

    @property
    def place(self) -> str:
        """`Pick at Lisbon Chiado`; without the location where it has left that."""
        if self.state is None:
            return "its step"
        f = self.state.fulfillment
        step = display_name(self.topology, f"step:{f.workflow}/{f.step}") if f.step else "its first step"
        if self.state.stage is CustomerStage.ON_ITS_WAY:
            return step
        return f"{step} at {display_name(self.topology, f'location:{f.location}')}" if f.location else step

    @property
    def since_entry(self) -> str:
        at = self.state.fulfillment.entered_at if self.state is not None else None
        return f" since {self.s.clock.time(at)} ({say_duration(self.s.at - at)})" if at is not None else ""

    @property
    def next_step(self) -> str:
        """When it goes on, as far as that is known."""
        if self.impact is not None and self.impact.needs_replay:
            return "it continues when its message is sent again, and there is no date for that yet"
        leaves_at = self.state.expected_to_leave_at if self.state is not None else None
        opens_at = self.state.opens_at if self.state is not None else None
        opening = ""
        if opens_at is not None:
            opening = f"it waits for the opening at {self.s.clock.time(opens_at)}; "
        if leaves_at is None:
            return f"{opening}there is no date for its next step yet"
        if self._is_in_last_step:
            return f"{opening}{_ARRIVALS[self.known_state.arrival]} {self.s.clock.time(leaves_at)}"
        return f"{opening}next step expected around {self.s.clock.time(leaves_at)}"

    @property
    def _is_in_last_step(self) -> bool:
        """Whether what the customer waits for is the end of its step."""
        state = self.state
        return (
            state is not None
            and state.step is not None
            and state.expected_arrival_at is not None
            and (state.expected_arrival_at == state.expected_to_leave_at)
        )

    # ---- the promise

    @property
    def promise(self) -> str:
        """A clause where the promise was missed or will be; empty where it is kept, or where it is unknown
        whether it is.

        Where the sentence is about one of several fulfillments, of that one: the others have clauses of
        their own.
        """
        is_one_of_several = self.state is not None and len(self.s.fulfillments) > 1
        late = [state for state in self.s.late if state is self.state or not is_one_of_several]
        return f"; {self.lateness(late[0])}{self._without_failure(late[0])}" if late else ""

    @property
    def completion(self) -> str:
        """When what the customer waits for is expected, compared with the promise."""
        impact = self.known_impact
        if self.state in self.s.late:
            return self.promise
        at = self._expected_arrival(impact)
        if at is None:
            missing_date = "; there is no completion date yet" if impact.needs_replay else ""
            return f"{missing_date}{self.promise}"
        if not impact.is_probable:
            return (
                f"; if it is affected, completion is expected around {self.s.clock.time(at)}"
                f"{self._against_promise(at)}"
            )
        if self.promise:
            return self.promise
        return f"; {_ARRIVALS[self.known_state.arrival]} {self.s.clock.time(at)}{self._against_promise(at)}"

    @property
    def pace(self) -> str:
        """Of an order that nothing holds; what may miss its promise is not called on schedule."""
        return "within its usual times" if self.risk else "on schedule"

    @property
    def risk(self) -> str:
        """A clause where the promise is expected to be kept, but more than one in ten such orders miss it;
        empty where the promise is certain, or where the sentence says that it is missed.
        """
        promise = self.s.order.promised_by
        if promise is None or self.has_no_date or self.s.late:
            return ""
        if all((state.expected_arrival_by or 0) <= promise for state in self._awaited_states):
            return ""
        return f"; it may miss its promise ({self.s.clock.time(promise)})"

    @property
    def _awaited_states(self) -> tuple[FulfillmentState, ...]:
        """What the customer still waits for."""
        return tuple(state for state in self.s.in_flight if not state.waits_for_customer)

    def _expected_arrival(self, impact: Impact) -> Millis | None:
        """Of a failure that may affect it, when it is completed if the failure does; None where that does not
        tell when what the customer waits for happens.
        """
        if not impact.is_probable:
            is_collected = self.known_state.arrival is CustomerArrival.COLLECTION
            return None if is_collected else impact.completion
        if self.known_state.arrived_at is not None or impact.needs_replay:
            return None
        return self.known_state.expected_arrival_at

    def lateness(self, state: FulfillmentState) -> str:
        """`it is 4 h past its promise (12:00 UTC)`, `delivery expected around 18:00 UTC, 2 h later than
        promised`, or both.
        """
        promise = self.s.order.promised_by
        assert promise is not None
        at = state.expected_arrival_at
        if self.has_no_date and self.s.at <= promise:
            return f"it is expected to miss its promise ({self.s.clock.time(promise)})"
        expectation = ""
        if at is not None and at > promise and not self.has_no_date:
            expectation = f"{_ARRIVALS[state.arrival]} {self.s.clock.time(at)}"
        if self.s.at > promise:
            excess = (
                f"it is {say_duration(self.s.at - promise)} past its promise ({self.s.clock.time(promise)})"
            )
            return f"{excess}; {expectation}" if expectation else excess
        return f"{expectation}, {delay_to_promise(at, promise)}" if at is not None else expectation

    def lateness_of(self, state: FulfillmentState) -> str:
        """`, 2 h later than promised` of a fulfillment that has arrived, `, and is expected 2 h later than
        promised` or `, and is 2 h past its promise` of one that has not; else empty.
        """
        promise, at = self.s.order.promised_by, state.arrived_at or state.expected_arrival_at
        if promise is None or not state.is_late(promise, self.s.at):
            return ""
        if state.arrived_at is None and (at is None or at <= self.s.at):
            return f", and is {say_duration(self.s.at - promise)} past its promise"
        assert at is not None
        words = delay_to_promise(at, promise)
        return f", {words}" if state.arrived_at is not None else f", and is expected {words}"

    @property
    def punctuality(self) -> str:
        """`, as promised` or `, 2 h later than promised` of what has arrived; of all parts the last."""
        promise = self.s.order.promised_by
        arrivals = [state.arrived_at for state in self._arrived_states if state.arrived_at is not None]
        if promise is None or not arrivals:
            return ""
        at = max(arrivals)
        return f", {delay_to_promise(at, promise)}" if at > promise else ", as promised"

    @property
    def _arrived_states(self) -> tuple[FulfillmentState, ...]:
        return (self.state,) if self.state is not None else self.s.fulfillments

    def _against_promise(self, at: Millis) -> str:
        """Empty without a promise, and where `risk` says the same."""
        promise = self.s.order.promised_by
        if promise is None or self.risk:
            return ""
        return f", later than promised ({self.s.clock.time(promise)})" if at > promise else ", as promised"

    # ---- failures and limits

    @property
    def past_delay(self) -> str:
        """A clause on the failure that has ended and delayed it most; empty where there is none."""
        past = [
            impact
            for impact in self.known_state.impacts
            if impact.band is Band.EXPOSED and impact.is_probable and not impact.is_active and impact.delay
        ]
        if not past:
            return ""
        worst = max(past, key=lambda impact: impact.delay or 0)
        return f"; {self.failures(worst)}, which has ended, added {say_duration(worst.delay or 0)}"

    def failures(self, impact: Impact) -> str:
        """Failures that had to occur together; reports of the same failure under other ids in one. Of an
        active failure that should have ended it says so.
        """
        due = max(
            (each.expected_end or 0 for each in impact.failures if each.active_at(self.s.at)), default=0
        )
        end = f", which should have ended at {self.s.clock.time(due)}" if 0 < due < self.s.at else ""
        return f"{self._failure_names(impact)}{end}"

    def _failure_names(self, impact: Impact) -> str:
        texts: dict[object, str] = {}
        for each in impact.failures:
            subject = each.target, each.failure_class, each.scope
            if subject in texts:
                texts[subject] += f", also reported as {each.key}"
            else:
                texts[subject] = failure_text(self.topology, each)
        return " together with ".join(texts.values()) or "a failure"

    @property
    def overdue(self) -> str:
        state = self.known_state
        entered_at = state.fulfillment.entered_at
        assert state.limit is not None and entered_at is not None
        excess = say_duration(self.s.at - entered_at - state.limit)
        limit = say_duration(state.limit)
        if state.waits_for_customer:
            return f"{self.ready}, {excess} over the {limit} limit"
        return f"{self.subject} has been in {self.place}{self.since_entry}, {excess} over the {limit} limit"

    @property
    def ready(self) -> str:
        """`Order O-1 has been ready to collect at Lisbon Chiado since 11:00 UTC (3 h)`."""
        location = self.known_state.fulfillment.location
        place = f" at {display_name(self.topology, f'location:{location}')}" if location else ""
        at = self.known_state.arrived_at
        since = f" since {self.s.clock.time(at)} ({say_duration(self.s.at - at)})" if at is not None else ""
        return f"{self.subject} has been ready to collect{place}{since}{self.punctuality}"

    @property
    def next_run(self) -> str:
        """Of work that was done too late for its run, or that is not known to be done."""
        run_at = self.known_state.run_at
        return f"; its next {self.hand_over} is at {self.s.clock.time(run_at)}" if run_at is not None else ""

    @property
    def hand_over(self) -> str:
        return "pick-up" if self.known_state.pickup else "hand-over"

    # ---- the basis of the verdict

    @property
    def known_state(self) -> FulfillmentState:
        assert self.state is not None
        return self.state

    @property
    def known_impact(self) -> Impact:
        assert self.impact is not None
        return self.impact

    @property
    def known_finding(self) -> RecordFinding:
        assert self.finding is not None
        return self.finding

    @property
    def known_error(self) -> ReportedError:
        assert self.state is not None and self.state.error is not None
        return self.state.error

    def _without_failure(self, state: FulfillmentState) -> str:
        """That the promise would be missed in any case; empty where a failure alone is why, or none is.

        Failures are named where the sentence is about something else.
        """
        impacts = [each for each in state.impacts if each.is_probable and each.late_anyway >= PROBABLE]
        if not impacts:
            return ""
        keys = dict.fromkeys(failure.key for impact in impacts for failure in impact.failures)
        names = "the failure" if self.impact is not None else " and ".join(keys)
        return f"; it would be late without {names}, too"
