"""The message to the customer: plain text without system names or blame, and no earlier date than the
forecast's.
"""

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
    r"\b(?:within|in)\s+(?:the\s+next\s+)?(?:a\s+few\s+)?"
    r"(?:(\d+|" + "|".join(_NUMBERS) + r")\s+)?(minute|hour|day)s?\b",
    re.IGNORECASE,
)
_UNITS = {"minute": MINUTE, "hour": HOUR, "day": DAY}
_BY_DAY = (
    (re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", re.IGNORECASE), 1),
    (re.compile(r"\btomorrow\b", re.IGNORECASE), 2),
)
_HOURS: Millis = 12 * HOUR
"""The longest time that "within a few hours" may mean."""
_COLLECTION = ("bopis", "collect", "pickup", "pick_up", "pick-up")
"""Parts of the names of modes in which the customer collects the order."""
_RETURN = "return"
"""Part of the names of modes and workflows of returns."""
_ON_SCHEDULE = "Your order itself is on schedule."


def customer_message(
    s: Situation,
    verdict: Verdict,
    playbook_messages: Sequence[str],
    next_at: Millis | None,
    done_at: Millis | None,
) -> str:
    """The first playbook message that makes no early promise, else a text by verdict, with the expected
    date.

    `playbook_messages`: the best first. `next_at`, `done_at`: when the order is expected to reach its next
    step and to be completed; None where that is unknown.
    """
    messages = (without_early_promises(message, s.at, next_at) for message in playbook_messages)
    message = next((text for text in messages if text), None)
    if message is None:
        return f"{_status(s, verdict, done_at)} {_expectation(s, verdict, next_at, done_at)}".strip()
    if _WITHIN.search(message):
        return f"{message} {_arrival(s, done_at)}" if _misses_promise(s, done_at) else message
    return f"{message} {_expectation(s, verdict, next_at, done_at)}".strip()


def without_early_promises(message: str, now: Millis, next_at: Millis | None) -> str:
    """The text without promises of less time than expected (`next_at`; None: unknown, so no promise is
    left).
    """
    sentences = (_before_early_promise(text, now, next_at) for text in _SENTENCE.split(message.strip()))
    return " ".join(text for text in sentences if text)


def _before_early_promise(sentence: str, now: Millis, next_at: Millis | None) -> str:
    """The sentence, or its clauses before the one that promises too early a date."""
    breaks = list(_CLAUSE.finditer(sentence))
    ends = [*(match.start() for match in breaks), len(sentence)]
    begins = [0, *(match.end() for match in breaks)]
    for start, begin, end in zip([0, *ends], begins, ends, strict=False):
        deadline = promise_deadline(sentence[begin:end], now)
        if deadline is not None and (next_at is None or next_at > deadline):
            return f"{sentence[:start]}." if start else ""
    return sentence


def promise_deadline(text: str, now: Millis) -> Millis | None:
    """The moment until which the text promises something; None where it names no time."""
    bounds = [now + _span(number.lower(), unit.lower()) for number, unit in _WITHIN.findall(text)]
    bounds += [(now // DAY + days) * DAY for pattern, days in _BY_DAY if pattern.search(text)]
    return min(bounds) if bounds else None


def _span(number: str, unit: str) -> Millis:
    if not number:
        return _HOURS if unit == "hour" else 3 * _UNITS[unit]
    return (_NUMBERS.get(number) or int(number)) * _UNITS[unit]


def _status(s: Situation, verdict: Verdict, done_at: Millis | None) -> str:
    """What is going on, in the customer's words."""
    match verdict.state:
        case DiagnosisState.CANCELLED:
            return "Your order has been cancelled. Any payment for it will be refunded."
        case DiagnosisState.COMPLETED:
            return "Your return is complete." if _is_return(s) else "Your order is complete."
        case DiagnosisState.LATE:
            return f"{_progress(s)}, but it's taking longer than expected."
        case DiagnosisState.ON_TRACK | DiagnosisState.WAITING if _misses_promise(s, done_at):
            return f"{_progress(s)}, but it's taking longer than expected."
        case DiagnosisState.ON_TRACK | DiagnosisState.WAITING:
            is_known = not any(state.has_unknown_duration for state in s.in_flight)
            return f"{_progress(s)} as planned." if is_known else f"{_progress(s)}."
        case DiagnosisState.UNKNOWN:
            return "We can't see yet where exactly your order is, and are looking into it."
        case DiagnosisState.RECORD_MISSING | DiagnosisState.OUT_OF_SEQUENCE:
            return _record_status(verdict.basis.finding)
        case DiagnosisState.AT_RISK:
            return _risk_status(s, verdict)
        case _:
            return "Your order is safe, but it's taking longer than it should."


def _progress(s: Situation) -> str:
    """An order is on its way when all that is left of it is the last step, unless the customer
    collects it.
    """
    is_last_step = bool(s.in_flight) and all(
        state.step is not None and not state.step.then for state in s.in_flight
    )
    if _is_return(s):
        return "Your return is being processed"
    return f"Your order is {'on its way' if is_last_step and not _is_collected(s) else 'being prepared'}"


def _is_collected(s: Situation) -> bool:
    return any(word in s.order.mode.lower() for word in _COLLECTION)


def _is_return(s: Situation) -> bool:
    return _RETURN in s.order.mode.lower()


def _record_status(finding: RecordFinding | None) -> str:
    if finding is not None and finding.kind is RecordKind.NOTIFICATION:
        return f"{_ON_SCHEDULE} Only a message to you is late."
    if finding is not None and finding.kind is RecordKind.POSTING:
        for word, name in (("invoice", "invoice"), ("refund", "refund"), ("credit", "credit note")):
            if word in finding.type:
                return f"{_ON_SCHEDULE} Only your {name} is late, and we're looking into it."
    return f"{_ON_SCHEDULE} Only some of our paperwork is late."


def _risk_status(s: Situation, verdict: Verdict) -> str:
    impact = verdict.basis.impact
    if impact is not None and impact.band is Band.RECORDS_ONLY:
        return f"{_ON_SCHEDULE} Only a message or a document about it may arrive later than usual."
    return f"{_progress(s)}, but it may take longer than usual."


def _expectation(s: Situation, verdict: Verdict, next_at: Millis | None, done_at: Millis | None) -> str:
    """When it goes on, or arrives."""
    match verdict.state:
        case (
            DiagnosisState.CANCELLED
            | DiagnosisState.COMPLETED
            | DiagnosisState.RECORD_MISSING
            | DiagnosisState.OUT_OF_SEQUENCE
        ):
            return ""
        case DiagnosisState.ON_TRACK | DiagnosisState.WAITING | DiagnosisState.AT_RISK | DiagnosisState.LATE:
            return _arrival(s, done_at)
        case _ if next_at is not None:
            return f"We expect it to move on {customer_moment(next_at, s.at)}."
        case _:
            return "We don't have a new date yet."


def _arrival(s: Situation, done_at: Millis | None) -> str:
    if done_at is None:
        return ""
    arrival = "delivered"
    if _is_collected(s):
        arrival = "ready to collect"
    elif _is_return(s):
        arrival = "complete"
    if _misses_promise(s, done_at):
        moment = customer_moment(done_at, s.at)
        return f"We expect it to be {arrival} {moment}, which is later than promised. We're sorry."
    return (
        f"We expect it to be {arrival} {customer_moment(max(done_at, s.order.promised_by or done_at), s.at)}."
    )


def _misses_promise(s: Situation, done_at: Millis | None) -> bool:
    return done_at is not None and s.order.promised_by is not None and done_at > s.order.promised_by
