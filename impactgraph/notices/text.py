"""The text of a notice: what it is, what it affects, who owns it, what to do first, and where to look."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from graph_models.journal import NoticeKind, NoticeLevel
from graph_models.time import Millis, moment, say_duration
from impactgraph.notices.pictures import Picture
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.notices import NoticeStatus

MOST_FAILURES = 20
"""In a link: addresses have an end."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why it is sent."""

    kind: NoticeKind
    at: Millis
    last: NoticeStatus | None = None
    """The notices about it before this one."""
    last_cause: str = ""
    """Name of its likeliest cause then; empty where it was not known."""
    reason: str = ""
    """RESOLVED: why, as a sentence."""
    waited: Millis | None = None
    """For how long nobody has acknowledged it, at least."""


def notice_text(incident: str, picture: Picture | None, occasion: Occasion, link: str) -> str:
    """Lines; the first one is its title. `picture`: None where it is over."""
    lines = _ended_lines(incident, occasion) if picture is None else _lines(picture, occasion)
    return "\n".join([*lines, *([link] if link else [])])


def notice_link(public_url: str | None, failures: Sequence[str], at: Millis) -> str:
    """Address of the page of what the failures affect, as of the moment; empty without a public address."""
    if public_url is None:
        return ""
    places = [("failure", key) for key in failures[:MOST_FAILURES]]
    return f"{public_url.rstrip('/')}/#/radius?{urlencode([*places, ('asOf', iso(at))])}"


def title_and_body(text: str) -> tuple[str, str]:
    """The first line, and the others."""
    title, _, body = text.partition("\n")
    return title, body


def _lines(picture: Picture, occasion: Occasion) -> list[str]:
    last = occasion.last if occasion.kind is NoticeKind.CHANGED else None
    lines = [f"[{_word(picture.level)}] {picture.headline}"]
    if last is not None:
        lines.append(_change(picture, last, occasion.last_cause))
    if occasion.waited is not None:
        lines.append(f"Nobody has acknowledged it for {say_duration(occasion.waited)}.")
    lines.append(picture.impact)
    if picture.cause_text:
        lines.append(f"Likeliest cause: {picture.cause_text}. {picture.owners_text}")
    else:
        lines.append(picture.owners_text)
    lines.append(f"First: {picture.first_step}")
    lines.append(
        f"Rank {picture.rank} of {max(picture.of, picture.rank)}. Since {_moment(picture.started_at)}, "
        f"as of {_moment(occasion.at)}. Incident {picture.incident}."
    )
    return lines


def _change(picture: Picture, last: NoticeStatus, last_cause: str) -> str:
    notified_at = _moment(last.created_at)
    parts: list[str] = []
    if picture.level is not last.level:
        reason = f" ({picture.quiet_reason})" if picture.quiet_reason else ""
        parts.append(f"it is {_word(picture.level)}{reason}, and was {_word(last.level)} at {notified_at}")
    if picture.cause != last.cause:
        parts.append(f"its likeliest cause was {last_cause or 'not known'} at {notified_at}")
    return f"Changed: {'; '.join(parts)}."


def _word(level: NoticeLevel) -> str:
    return "quiet" if level is NoticeLevel.NONE else level


def _ended_lines(incident: str, occasion: Occasion) -> list[str]:
    last = occasion.last
    headline = title_and_body(last.text)[0].partition("] ")[2] if last is not None else ""
    return [
        f"[resolved] {headline or f'Incident {incident}'}",
        f"{occasion.reason} As of {_moment(occasion.at)}. Incident {incident}.",
    ]


def _moment(at: Millis) -> str:
    return f"{moment(at):%Y-%m-%d %H:%M} UTC"
