"""Incidents and journals in a line or two, for tests of what is told of them."""

from decimal import Decimal
from typing import Any

from graph_models.enums import FailureClass
from graph_models.journal import Journal, NoticeLevel, NoticeRecord, NoticeState
from graph_models.time import HOUR, Millis
from impactgraph.notices.config import Concern, NoticeRules, Rule
from impactgraph.notices.decide import Present, decide
from impactgraph.notices.pictures import Picture
from impactgraph.usecases.notices import Notice

NOW = 1_773_000_000_000


def picture(incident: str = "F-1", **fields: Any) -> Picture:
    """One that is high and began an hour ago."""
    standard: dict[str, Any] = {
        "incident": incident,
        "keys": frozenset({incident, *fields.get("failures", ())}),
        "headline": f"An outage of Tax engine is the likeliest cause of {incident} (96 %).",
        "impact": "It affects 120 orders.",
        "started_at": NOW - HOUR,
        "known_at": NOW - HOUR,
        "is_active": True,
        "is_quiet": False,
        "rank": 1,
        "of": 1,
        "level": NoticeLevel.HIGH,
        "promises": 120.0,
        "orders": 400.0,
        "value": Decimal(9_000),
        "cause": "system:tax",
        "cause_text": "Tax engine (outage, 96 %)",
        "failure_class": FailureClass.OUTAGE,
        "owner": "finance-systems",
        "concerns": (Concern.IT, Concern.FINANCE),
        "owners_text": "Owner: Finance systems, #fin-oncall.",
        "first_step": "Restart the engine. Playbook: Tax.",
        "failures": (incident,),
    }
    return Picture(**(standard | fields))


def rules(*rule: Rule, **fields: Any) -> NoticeRules:
    return NoticeRules(channels={}, rules=rule or (Rule("all", ("chat",)),), **fields)


def told(notices: tuple[Notice, ...], at: Millis, state: NoticeState = NoticeState.SENT) -> Journal:
    """The journal after they were recorded, and became so."""
    return journal_with(Journal(), notices, at, state)


def journal_with(
    journal: Journal, notices: tuple[Notice, ...], at: Millis, state: NoticeState = NoticeState.SENT
) -> Journal:
    records = [
        NoticeRecord(
            notice=each.key,
            incident=each.incident,
            rule=each.rule,
            channel=each.channel,
            at=at,
            state=of,
            text=each.text,
            kind=each.kind,
            level=each.level,
            cause=each.cause,
            link=each.link,
        )
        for each in notices
        for of in dict.fromkeys((NoticeState.WAITING, state))
    ]
    return Journal(actions=journal.actions, notices=(*journal.notices, *records))


def due(
    *pictures: Picture,
    journal: Journal | None = None,
    at: Millis = NOW,
    by: NoticeRules | None = None,
    ended: dict[str, Millis] | None = None,
) -> tuple[Notice, ...]:
    """What is told of these incidents."""
    url, name = "https://shop.example/", {"system:tax": "Tax engine"}
    present = Present(at, pictures, journal or Journal(), ended or {}, url, lambda each: name.get(each, each))
    return decide(present, by or rules())
