"""The headline of a diagnosis: the verdict in one plain sentence, for readers who do not know the systems.

After the verdict it says that the promise may be missed, and what else is not as it was ordered: other
parts, a reroute, an edit.
"""

from collections.abc import Callable, Mapping

from graph_models.topology import Topology
from impactgraph.diagnosis.why import failure_sentences, record_sentences, state_sentences
from impactgraph.diagnosis.why.change_clauses import changes
from impactgraph.diagnosis.why.phrases import Phrases
from impactgraph.diagnosis.why.situation import Situation
from impactgraph.diagnosis.why.verdict import Verdict


def headline(topology: Topology, s: Situation, verdict: Verdict) -> str:
    """One sentence that names the order."""
    phrases = Phrases(topology, s, verdict)
    return f"{_SENTENCES[verdict.rule](phrases)}{phrases.risk}{changes(phrases)}."


_SENTENCES: Mapping[str, Callable[[Phrases], str]] = {
    "cancelled": state_sentences.cancellation,
    "message rejected": failure_sentences.rejection,
    "held by a failure": failure_sentences.holding,
    "waiting for a replay": failure_sentences.awaiting_replay,
    "held after a failure": failure_sentences.backlog,
    "error reported": state_sentences.error,
    "overdue like others": failure_sentences.shared_delay,
    "overdue": state_sentences.overdue,
    "affected by a failure": failure_sentences.effect,
    "customer not notified": record_sentences.not_notified,
    "promise missed": state_sentences.lateness,
    "record out of sequence": record_sentences.out_of_sequence,
    "record missing": record_sentences.missing,
    "completed": state_sentences.completion,
    "possibly affected by a failure": failure_sentences.effect,
    "position unknown": state_sentences.unknown_position,
    "ready to collect": state_sentences.readiness,
    "waiting": state_sentences.waiting,
    "on track": state_sentences.on_track,
    "nothing recorded": state_sentences.no_record,
}
"""By the name of the rule."""
