"""Notices as JSON, in the shape of GraphQL."""

from impactgraph.cli.encode.values import Json, iso_moment
from impactgraph.usecases.notices import Notice, NoticeStatus


def due_json(notice: Notice | NoticeStatus) -> Json:
    """GraphQL's DueNotice."""
    return {
        "key": notice.key,
        "incident": f"incident:{notice.incident}",
        "rule": notice.rule,
        "channel": notice.channel,
        "kind": notice.kind.name,
        "level": notice.level.name,
        "cause": notice.cause or None,
        "text": notice.text,
        "link": notice.link or None,
    }


def notice_json(status: NoticeStatus) -> Json:
    """GraphQL's Notice."""
    return due_json(status) | {
        "state": status.state.name,
        "reason": status.reason or None,
        "createdAt": iso_moment(status.created_at),
        "at": iso_moment(status.at),
        "attempts": status.attempts,
        "retryAt": iso_moment(status.retry_at),
    }
