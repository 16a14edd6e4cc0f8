"""The class of a failure, from what an alert says: status codes, error texts, rates and queue figures."""

import re
from dataclasses import dataclass

from graph_models.enums import FailureClass
from impactgraph.alerts.message import AlertMessage

_LONGEST = 1_000
"""Letters of an alert that are looked at."""
_RULES: tuple[tuple[FailureClass, str, str], ...] = (
    (
        FailureClass.MISSED_RUN,
        "a run that did not happen or failed",
        r"missed (?:run|schedule|start)|(?:did|does|has|have) not run|(?:job|cron|batch|backup|etl)\w{0,30}"
        r" ?(?:run )?(?:failed|failing|missing|overdue|missed)|kubejobfailed|heartbeat (?:missing|missed)"
        r"|dead ?man|no run since|last success",
    ),
    (
        FailureClass.SCHEMA_MISMATCH,
        "a payload that cannot be read",
        r"schema|deseriali[sz]|unmarshal|pars(?:e|ing) error|cannot (?:be )?parsed?|invalid (?:json|xml"
        r"|payload|format)|malformed|unknown field|missing (?:mandatory |required )?field|unexpected token"
        r"|mapping (?:error|failed)|(?:http|status)\D{0,12}(?:400|415|422)\b|idoc\D{0,20}\b(?:51|56)\b",
    ),
    (
        FailureClass.DUPLICATE,
        "duplicates",
        r"duplicat|already (?:exists|processed)|processed twice|sent twice|(?:http|status)\D{0,12}409\b",
    ),
    (
        FailureClass.STALE_DATA,
        "data that is not renewed",
        r"stale|out[- ]of[- ]date|outdated|replication (?:lag|delay)|not (?:been )?(?:updated|refreshed)"
        r"|freshness|(?:cache|feed|data) (?:age|is old)",
    ),
    (
        FailureClass.BACKLOG,
        "a queue figure",
        r"backlog|(?:consumer|kafka|queue) ?_?lag|lag of consumer|queue ?_?(?:depth|length|size|full|third)"
        r"|mq\w{0,30}full|messages? (?:queue|waiting|pending|ready)|unacked|dead[- ]letter|dlq"
        r"|oldest message",
    ),
    (
        FailureClass.CAPACITY,
        "saturation",
        r"saturat|exhaust|throttl|rate limit|too many requests|(?:http|status)\D{0,12}429\b|out of memory|oom"
        r"|no space left|disk (?:space|full|usage)|diskspace"
        r"|(?:cpu|memory|heap|disk|thread|connection)\w{0,30} ?_?"
        r"(?:usage|utili[sz]ation|pressure|consumption|pool|limit|high|low|full)"
        r"|high ?_?(?:cpu|memory|load)|understaffed|capacity",
    ),
    (
        FailureClass.OUTAGE,
        "something that is down",
        r"\b(?:is )?down\b|down$|unreachable|unavailable|outage|\bdead\b|_dead\b|connection refused"
        r"|no route to host|(?:http|status|error)\D{0,12}(?:502|503)\b|crash ?loop|not ready|no healthy"
        r"|absent|offline|not responding|health ?check",
    ),
    (
        FailureClass.BUSINESS_RULE,
        "a business rule",
        r"business rule|(?:order|payment|card|credit|customer)s? (?:was |were |is |are )?(?:rejected|declined"
        r"|blocked|refused)|credit (?:limit|check)|fraud|pricing error|tax error|not allowed for",
    ),
    (
        FailureClass.LATENCY,
        "a duration",
        r"latenc|slow|response time|p9\d|percentile|duration|takes too long",
    ),
    (
        FailureClass.TRANSIENT,
        "errors of transport",
        r"time(?:d)?[- ]?out|error ?_?(?:rate|ratio|percentage|budget)|burn rate|\b5xx\b|5\d\d errors?"
        r"|(?:http|status)\D{0,12}5\d\d\b|intermittent|retr(?:y|ies)|connection reset|packet loss",
    ),
)
"""(class, what the text speaks of, pattern), in the order in which they are tried."""
_PATTERNS = tuple((klass, what, re.compile(pattern, re.IGNORECASE)) for klass, what, pattern in _RULES)
_WEAK = re.compile(r"\berr(?:or)?s?\b|fail(?:ed|ing|ure)", re.IGNORECASE)
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?(?:%|percent)", re.ASCII)
_CRITICAL = re.compile(r"crit|fatal|p1\b|sev ?[01]\b|disaster|high|major|emergency", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Classification:
    failure_class: FailureClass
    reason: str
    error_rate: float | None = None


def classify(alert: AlertMessage) -> Classification:
    """By the first stated rule that fits; without one an outage where it is critical, else `transient`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", alert.name)
    for text in (f"{words} {alert.name}", alert.text):
        for failure_class, what, pattern in _PATTERNS:
            if match := pattern.search(text[:_LONGEST]):
                rate = _error_rate(alert) if failure_class is FailureClass.TRANSIENT else None
                return Classification(failure_class, f"{match[0].strip()!r} says {what}", rate)
    if match := _WEAK.search(f"{words} {alert.text}"[:_LONGEST]):
        return Classification(
            FailureClass.TRANSIENT, f"{match[0]!r} says errors of transport", _error_rate(alert)
        )
    if _CRITICAL.search(alert.severity):
        return Classification(
            FailureClass.OUTAGE, f"nothing in it says what is wrong, and it is {alert.severity}"
        )
    return Classification(FailureClass.TRANSIENT, "nothing in it says what is wrong, and it is not critical")


def _error_rate(alert: AlertMessage) -> float | None:
    """A percentage that stands in a text about errors."""
    match = _SHARE.search(alert.text[:_LONGEST])
    share = float(match[1]) / 100 if match else 0.0
    return share if 0 < share <= 1 else None
