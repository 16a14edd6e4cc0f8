"""Promises in free texts, such as those of playbooks: what is earlier than the forecast is left out."""

import re
from dataclasses import dataclass

from graph_models.time import DAY, HOUR, MINUTE, Millis, millis
from graph_models.zones import local

_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f])")
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
_ARRIVAL = re.compile(r"\b(?:deliver|arriv|reach|receiv|collect|ready|complet)", re.IGNORECASE)
"""What the customer waits for, rather than the next step."""
_OTHER_MATTER = re.compile(r"\b(?:invoic|refund|track|e-?mail|messag|credit|writ|sent)", re.IGNORECASE)
"""What no forecast is about."""


@dataclass(frozen=True, slots=True)
class PromiseBounds:
    """Until when a text must not promise: moments in milliseconds, None where there is no date."""

    now: Millis
    timezone: str
    """The customer's: what "today" means."""
    next_at: Millis | None
    """When the order is expected to move on."""
    arrival_by: Millis | None
    """By when what the customer waits for is expected."""

    def of(self, text: str) -> Millis | None:
        """For what a text speaks of."""
        if _OTHER_MATTER.search(text):
            return None
        return self.arrival_by if _ARRIVAL.search(text) else self.next_at


def without_early_promises(
    text: str, bounds: PromiseBounds, *, language: str, time_words: tuple[str, ...]
) -> str:
    """The text without promises of less time than expected.

    English sentences are read; of other languages, sentences with a number or one of the `time_words` are
    left out.
    """
    sentences = [each.strip() for each in _SENTENCE.split(text.strip()) if each.strip()]
    if language.partition("-")[0] == "en":
        remaining = (_before_early_promise(each, bounds, time_words) for each in sentences)
    else:
        remaining = ("" if _names_time(each, time_words) else each for each in sentences)
    return " ".join(each for each in remaining if each)


def promise_deadline(text: str, now: Millis, timezone: str) -> Millis | None:
    """The moment until which an English text promises something; None where it names no time."""
    bounds = [now + _span(number.lower(), unit.lower()) for number, unit in _WITHIN.findall(text)]
    bounds += [_end_of_day(now, timezone, days) for pattern, days in _BY_DAY if pattern.search(text)]
    return min(bounds) if bounds else None


def _before_early_promise(sentence: str, bounds: PromiseBounds, time_words: tuple[str, ...]) -> str:
    """The sentence, or its clauses before the one that promises too early a date, or one that is not
    understood.
    """
    breaks = list(_CLAUSE.finditer(sentence))
    ends = [*(match.start() for match in breaks), len(sentence)]
    begins = [0, *(match.end() for match in breaks)]
    for start, begin, end in zip([0, *ends], begins, ends, strict=False):
        clause = sentence[begin:end]
        deadline = promise_deadline(clause, bounds.now, bounds.timezone)
        latest = bounds.of(clause)
        is_early = deadline is not None and (latest is None or latest > deadline)
        if is_early or (deadline is None and _names_time(clause, time_words)):
            return f"{sentence[:start]}." if start else ""
    return sentence


def _names_time(text: str, time_words: tuple[str, ...]) -> bool:
    lower_text = text.casefold()
    return any(letter.isdigit() for letter in text) or any(_has(lower_text, word) for word in time_words)


def _has(text: str, word: str) -> bool:
    """Whether a text has a word; in scripts without spaces between words, anywhere."""
    if not word.isascii() and not re.search(r"[a-zà-ÿ]", word):
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _span(number: str, unit: str) -> Millis:
    if not number:
        return _HOURS if unit == "hour" else 3 * _UNITS[unit]
    return (_NUMBERS.get(number) or int(number)) * _UNITS[unit]


def _end_of_day(now: Millis, timezone: str, days: int) -> Millis:
    """The end of the day, in the zone: 1 for today."""
    midnight = local(now, timezone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    day = local(millis(midnight) + days * DAY + DAY // 2, timezone)
    return millis(day.replace(hour=0, minute=0, second=0, microsecond=0, fold=0))
