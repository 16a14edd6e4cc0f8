"""Parts of the sentences about one order: what it is called, where it is, since when, and when it goes on."""

from graph_models.diagnosis import RecordFinding
from graph_models.time import Millis, say_duration
from graph_models.topology import Topology
from impactgraph.diagnosis.why.moments import clock
from impactgraph.diagnosis.why.names import display_name, failure_text
from impactgraph.diagnosis.why.situation import FulfillmentState, Impact, ReportedError, Situation
from impactgraph.diagnosis.why.verdict import Verdict


class Phrases:
    """Phrases about one order that its sentences share."""

    def __init__(self, topology: Topology, s: Situation, verdict: Verdict) -> None:
        self.topology = topology
        self.s = s
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
        """`Pick at Lisbon Chiado`."""
        if self.state is None:
            return "its step"
        f = self.state.fulfillment
        step = display_name(self.topology, f"step:{f.workflow}/{f.step}") if f.step else "its first step"
        return f"{step} at {display_name(self.topology, f'location:{f.location}')}" if f.location else step

    @property
    def since_entry(self) -> str:
        at = self.state.fulfillment.entered_at if self.state is not None else None
        return f" since {clock(at, self.s.at)} ({say_duration(self.s.at - at)})" if at is not None else ""

    @property
    def next_step(self) -> str:
        """When it goes on, as far as that is known."""
        if self.impact is not None and self.impact.needs_replay:
            return "it continues when its message is sent again, and there is no date for that yet"
        leaves_at = self.state.expected_to_leave_at if self.state is not None else None
        if leaves_at is None:
            return "there is no date for its next step yet"
        return f"next step expected around {clock(leaves_at, self.s.at)}"

    @property
    def completion(self) -> str:
        """When it is expected to be completed, compared with its promise."""
        impact = self.known_impact
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

    def failures(self, impact: Impact) -> str:
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
    def overdue(self) -> str:
        state = self.known_state
        entered_at = state.fulfillment.entered_at
        assert state.limit is not None and entered_at is not None
        excess = say_duration(self.s.at - entered_at - state.limit)
        limit = say_duration(state.limit)
        return f"{self.subject} has been in {self.place}{self.since_entry}, {excess} over the {limit} limit"

    @property
    def next_run(self) -> str:
        """Of work that was done too late for its run, or that is not known to be done."""
        run_at = self.known_state.run_at
        return f"; its next hand-over is at {clock(run_at, self.s.at)}" if run_at is not None else ""

    @property
    def late_completion(self) -> str:
        """Where it is late although no failure delays it."""
        done_at = self.known_state.expected_done_at
        promise = self.s.order.promised_by
        if done_at is None or promise is None or done_at <= promise:
            return ""
        return f"; completion expected around {clock(done_at, self.s.at)}{self._against_promise(done_at)}"

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
