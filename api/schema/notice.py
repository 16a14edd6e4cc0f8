"""Notices of incidents: the outcome of each, and what would be sent."""

import strawberry

from api.schema.scalars import Moment, moment_of
from api.schema.work_enums import NoticeKind, NoticeLevel, NoticeState
from impactgraph.usecases import notices


@strawberry.type(description="A notice of an incident that is due now.")
class DueNotice:
    key: strawberry.ID = strawberry.field(description="The same for every attempt to send it.")
    incident: strawberry.ID = strawberry.field(description="Full id of the incident.")
    rule: str = strawberry.field(description="Key of the rule that causes it.")
    channel: str = strawberry.field(description="Key of the channel to which it is sent.")
    kind: NoticeKind = strawberry.field(description="What it says of the incident.")
    level: NoticeLevel = strawberry.field(description="How much is at stake.")
    cause: strawberry.ID | None = strawberry.field(
        description="Full id of the likeliest cause; null where nothing explains the incident."
    )
    text: str = strawberry.field(description="Its lines; the first one is its title.")
    link: str | None = strawberry.field(
        description="Address of its page, with the moment in it; null without a public address."
    )

    @classmethod
    def of(cls, model: notices.Notice) -> "DueNotice":
        return cls(
            key=strawberry.ID(model.key),
            incident=strawberry.ID(f"incident:{model.incident}"),
            rule=model.rule,
            channel=model.channel,
            kind=model.kind,
            level=model.level,
            cause=strawberry.ID(model.cause) if model.cause else None,
            text=model.text,
            link=model.link or None,
        )


@strawberry.type(description="A notice of an incident, and its outcome.")
class Notice:
    key: strawberry.ID = strawberry.field(description="The same for every attempt to send it.")
    incident: strawberry.ID = strawberry.field(description="Full id of the incident.")
    rule: str = strawberry.field(description="Key of the rule that causes it.")
    channel: str = strawberry.field(description="Key of the channel to which it is sent.")
    kind: NoticeKind = strawberry.field(description="What it says of the incident.")
    level: NoticeLevel = strawberry.field(description="How much is at stake.")
    cause: strawberry.ID | None = strawberry.field(
        description="Full id of the likeliest cause; null where nothing explained the incident."
    )
    text: str = strawberry.field(description="Its lines; the first one is its title.")
    link: str | None = strawberry.field(
        description="Address of its page, with the moment in it; null without a public address."
    )
    state: NoticeState = strawberry.field(description="Its outcome.")
    reason: str | None = strawberry.field(description="Why it was not sent; null where it was.")
    created_at: Moment = strawberry.field(description="When it was created.")
    at: Moment = strawberry.field(description="When it entered its state.")
    attempts: int = strawberry.field(description="Number of attempts to send it.")
    retry_at: Moment | None = strawberry.field(description="When it is tried again; null where it is not.")

    @classmethod
    def of(cls, model: notices.NoticeStatus) -> "Notice":
        return cls(
            key=strawberry.ID(model.key),
            incident=strawberry.ID(f"incident:{model.incident}"),
            rule=model.rule,
            channel=model.channel,
            kind=model.kind,
            level=model.level,
            cause=strawberry.ID(model.cause) if model.cause else None,
            text=model.text,
            link=model.link or None,
            state=model.state,
            reason=model.reason or None,
            created_at=Moment(model.created_at),
            at=Moment(model.at),
            attempts=model.attempts,
            retry_at=moment_of(model.retry_at),
        )
