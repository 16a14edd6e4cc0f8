"""Words for the customer: plain, without the names of systems or of who is to blame, and no more than the forecast holds."""

import re
from collections.abc import Sequence

from graph_models.diagnosis import DiagnosisState, RecordFinding
from graph_models.enums import Band, RecordKind
from graph_models.time import DAY, HOUR, MINUTE, Millis
from impactgraph.diagnosis.why.moments import customer_moment
from impactgraph.diagnosis.why.situation import Situation
from impactgraph.diagnosis.why.verdict import Verdict

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_CLAUSE = re.compile(r"[,;]\s+(?=and\b|so\b|but\b|we\b)")
_NUMBERS = {"the": 1, "an": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "twelve": 12}
_WITHIN = re.compile(
    r"\b(?:within|in)\s+(?:the\s+next\s+)?(?:(\d+|" + "|".join(_NUMBERS) + r")\s+)?(minute|hour|day)s?\b",
    re.IGNORECASE,
)
_UNITS = {"minute": MINUTE, "hour": HOUR, "day": DAY}
_BY_DAY = (
    (re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", re.IGNORECASE), 1),
    (re.compile(r"\btomorrow\b", re.IGNORECASE), 2),
)
_HOURS: Millis = 12 * HOUR
"""What "within hours" may mean at most."""


def customer_message(
    s: Situation, verdict: Verdict, written: Sequence[str], moves: Millis | None, done: Millis | None
) -> str:
    """`written`: what the playbooks say, the best first; `moves`, `done`: when it is expected to move and to be completed, None where that is not known."""
    kept = next((text for message in written if (text := without_early_promises(message, s.at, moves))), None)
    if kept is None:
        return f"{_plain(s, verdict, done)} {_when(s, verdict, moves, done)}".strip()
    if _WITHIN.search(kept):
        return f"{kept} {_arrival(s, done)}" if _breaks_its_promise(s, done) else kept
    return f"{kept} {_when(s, verdict, moves, done)}".strip()


def without_early_promises(message: str, now: Millis, moves: Millis | None) -> str:
    """The text without what it promises sooner than is expected (`moves`; None: nothing is known, so nothing is promised)."""
    return " ".join(
        kept for sentence in _SENTENCE.split(message.strip()) if (kept := _kept(sentence, now, moves))
    )


def _kept(sentence: str, now: Millis, moves: Millis | None) -> str:
    """A sentence, or the clauses of it in front of the one that promises too much."""
    breaks = list(_CLAUSE.finditer(sentence))
    ends = [*(found.start() for found in breaks), len(sentence)]
    for start, begin, end in zip([0, *ends], [0, *(found.end() for found in breaks)], ends, strict=False):
        by = promise_deadline(sentence[begin:end], now)
        if by is not None and (moves is None or moves > by):
            return f"{sentence[:start]}." if start else ""
    return sentence


def promise_deadline(text: str, now: Millis) -> Millis | None:
    """Until when the words promise something; None where they name no time."""
    bounds = [now + _span(number.lower(), unit.lower()) for number, unit in _WITHIN.findall(text)]
    bounds += [(now // DAY + days) * DAY for pattern, days in _BY_DAY if pattern.search(text)]
    return min(bounds) if bounds else None


def _span(number: str, unit: str) -> Millis:
    if not number:
        return _HOURS if unit == "hour" else 3 * _UNITS[unit]
    return (_NUMBERS.get(number) or int(number)) * _UNITS[unit]


def _plain(s: Situation, verdict: Verdict, done: Millis | None) -> str:
    """What is the matter, in the customer's words."""
    match verdict.state:
        case DiagnosisState.CANCELLED:
            return "Your order was cancelled, and nothing more will be sent."
        case DiagnosisState.COMPLETED:
            return "Your order is complete."
        case DiagnosisState.ON_TRACK | DiagnosisState.WAITING if _breaks_its_promise(s, done):
            return "Your order is on its way, but it is taking longer than we thought."
        case DiagnosisState.ON_TRACK | DiagnosisState.WAITING:
            return "Your order is on its way as planned."
        case DiagnosisState.UNKNOWN:
            return "We cannot see yet where exactly your order is, and are finding out."
        case DiagnosisState.RECORD_MISSING | DiagnosisState.OUT_OF_SEQUENCE:
            return _of_record(verdict.basis.finding)
        case DiagnosisState.AT_RISK:
            return _at_risk(verdict)
        case _:
            return "Your order is safe, but it is taking longer than it should."


def _of_record(found: RecordFinding | None) -> str:
    if found is not None and found.kind is RecordKind.NOTIFICATION:
        return "Your order itself is going as planned. Only a message to you is late."
    if (
        found is not None
        and found.kind is RecordKind.POSTING
        and any(word in found.type for word in ("invoice", "refund", "credit"))
    ):
        thing = next(word for word in ("invoice", "refund", "credit") if word in found.type)
        return f"Your order itself is going as planned. Only your {'credit note' if thing == 'credit' else thing} is late, and we are looking after it."
    return "Your order itself is going as planned. Only some of its paperwork on our side is late."


def _at_risk(verdict: Verdict) -> str:
    hit = verdict.basis.impact
    if hit is not None and hit.band is Band.RECORDS_ONLY:
        return "Your order itself is going as planned. Only a message or a document about it may come later than usual."
    return "Your order is on its way, but it may take longer than usual."


def _when(s: Situation, verdict: Verdict, moves: Millis | None, done: Millis | None) -> str:
    """When it moves, or is there."""
    match verdict.state:
        case (
            DiagnosisState.CANCELLED
            | DiagnosisState.COMPLETED
            | DiagnosisState.RECORD_MISSING
            | DiagnosisState.OUT_OF_SEQUENCE
        ):
            return ""
        case DiagnosisState.ON_TRACK | DiagnosisState.WAITING | DiagnosisState.AT_RISK:
            return _arrival(s, done)
        case _ if moves is not None:
            return f"We expect it to move on {customer_moment(moves, s.at)}."
        case _:
            return "We cannot say yet when it moves on."


def _arrival(s: Situation, done: Millis | None) -> str:
    if done is None:
        return ""
    if _breaks_its_promise(s, done):
        return f"We expect it to be done {customer_moment(done, s.at)}, which is later than we promised; we are sorry for that."
    return f"We expect it to be done {customer_moment(max(done, s.order.promised_by or done), s.at)}."


def _breaks_its_promise(s: Situation, done: Millis | None) -> bool:
    return done is not None and s.order.promised_by is not None and done > s.order.promised_by
