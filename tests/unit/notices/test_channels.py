"""Webhooks are signed as Standard Webhooks are; Apprise sends to what it knows; errors say why."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.journal import NoticeKind, NoticeLevel, NoticeState
from graph_models.time import SECOND, moment
from impactgraph.errors import BadInputError
from impactgraph.notices.channels import (
    AppriseSender,
    NotSentError,
    WebhookSender,
    sender_of,
    senders_of,
    with_identity,
)
from impactgraph.notices.config import AppriseChannel, NoticeRules, WebhookChannel
from impactgraph.sources.config import Secret
from impactgraph.usecases.notices import NoticeStatus
from tests.receiver import Receiver, receiver
from tests.unit.notices.pictures import NOW

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@pytest.fixture
def endpoint() -> Iterator[Receiver]:
    with receiver() as endpoint:
        yield endpoint


def status(kind: NoticeKind = NoticeKind.NEW, level: NoticeLevel = NoticeLevel.HIGH) -> NoticeStatus:
    return NoticeStatus(
        key="N-1",
        incident="F-1",
        rule="night",
        channel="hook",
        kind=kind,
        level=level,
        cause="system:tax",
        text="[high] Steuer fällt aus.\nSie hält 120 Aufträge.",
        link="https://shop.example/#/radius?failure=F-1",
        state=NoticeState.WAITING,
        reason="",
        created_at=NOW,
        at=NOW,
        attempts=0,
        retry_at=None,
        records=1,
    )


def webhook(endpoint: Receiver) -> WebhookSender:
    return WebhookSender(f"http://{endpoint.address}/in", SECRET)


def test_a_webhook_gets_the_notice_with_the_signature_of_standard_webhooks(endpoint: Receiver) -> None:
    webhook(endpoint).send(status(), NOW + SECOND)

    (taken,) = endpoint.taken
    signed = f"N-1.{NOW // SECOND + 1}.{taken.body}".encode()
    expected = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    assert {name: taken.headers[name] for name in taken.headers if name.startswith("webhook-")} == {
        "webhook-id": "N-1",
        "webhook-timestamp": str(NOW // SECOND + 1),
        "webhook-signature": f"v1,{expected}",
    }
    document = json.loads(taken.body)
    assert (document["type"], document["data"]["incident"]) == ("incident.new", "incident:F-1")
    assert document["data"]["title"] == "[high] Steuer fällt aus."
    assert document["data"]["url"].startswith("https://shop.example/")


def test_a_repeated_send_has_the_same_id_and_the_same_body(endpoint: Receiver) -> None:
    for seconds in (1, 90):
        webhook(endpoint).send(status(), NOW + seconds * SECOND)

    first, again = endpoint.taken
    assert (first.body, first.headers["webhook-id"]) == (again.body, again.headers["webhook-id"])
    assert first.headers["webhook-signature"] != again.headers["webhook-signature"]


@pytest.mark.parametrize(
    ("headers", "retry_after"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120 * SECOND),
        ({"Retry-After": f"{moment(NOW + 90 * SECOND):%a, %d %b %Y %H:%M:%S} GMT"}, 90 * SECOND),
        ({"Retry-After": "soon"}, None),
    ],
)
def test_an_answer_that_is_no_success_is_an_error_with_the_pause_that_it_asks_for(
    endpoint: Receiver, headers: dict[str, str], retry_after: int | None
) -> None:
    endpoint.answers = [(503, headers)]

    with pytest.raises(NotSentError) as error:
        webhook(endpoint).send(status(), NOW)

    assert str(error.value) == f"http://{endpoint.address} answered 503 Service Unavailable."
    assert error.value.retry_after == retry_after


def test_a_redirect_is_not_followed(endpoint: Receiver) -> None:
    endpoint.answers = [(302, {"Location": f"http://{endpoint.address}/other"})]

    with pytest.raises(NotSentError, match="answered 302"):
        webhook(endpoint).send(status(), NOW)
    assert len(endpoint.taken) == 1


def test_a_receiver_that_is_not_there_is_an_error_without_its_path() -> None:
    with receiver() as endpoint:
        address = endpoint.address

    with pytest.raises(NotSentError) as error:
        WebhookSender(f"http://{address}/T0/secret", SECRET).send(status(), NOW)

    assert str(error.value).startswith(f"http://{address} cannot be reached: ")
    assert "secret" not in str(error.value)


def test_apprise_sends_title_and_text(endpoint: Receiver) -> None:
    AppriseSender(f"json://{endpoint.address}/in").send(status(), NOW)

    document = json.loads(endpoint.taken[0].body)
    assert (document["title"], document["message"], document["type"]) == (
        "[high] Steuer fällt aus.",
        "Sie hält 120 Aufträge.",
        "failure",
    )


@pytest.mark.parametrize(
    ("kind", "level", "word"),
    [
        (NoticeKind.NEW, NoticeLevel.MEDIUM, "warning"),
        (NoticeKind.CHANGED, NoticeLevel.LOW, "info"),
        (NoticeKind.RESOLVED, NoticeLevel.NONE, "success"),
    ],
)
def test_apprise_gets_the_level(endpoint: Receiver, kind: NoticeKind, level: NoticeLevel, word: str) -> None:
    AppriseSender(f"json://{endpoint.address}/in").send(status(kind, level), NOW)

    assert json.loads(endpoint.taken[0].body)["type"] == word


def test_what_apprise_cannot_send_is_an_error_with_its_reason(endpoint: Receiver) -> None:
    endpoint.answers = [(500, {})]

    with pytest.raises(NotSentError, match=r"^JSON did not take it: .*500"):
        AppriseSender(f"json://{endpoint.address}/in").send(status(), NOW)


def test_a_pager_gets_the_id_of_the_incident_so_that_it_updates_its_own() -> None:
    pager = "pagerduty://key@token"

    assert with_identity(pager, status()) == (
        "pagerduty://key@token?dedup=impactgraph-F-1&action=trigger"
        "&click=https%3A%2F%2Fshop.example%2F%23%2Fradius%3Ffailure%3DF-1"
    )
    assert "action=resolve" in with_identity(f"{pager}?region=eu", status(NoticeKind.RESOLVED))
    assert with_identity("slack://a/b/c", status()) == "slack://a/b/c"


def test_secrets_are_put_into_the_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKEN", "a/b?c")
    (tmp_path / "pager.txt").write_text("pagerduty://key@token\n")
    with_place = AppriseChannel("c", "json://me:{token}@shop.example/x", {"token": Secret("TOKEN")})
    whole = AppriseChannel("p", Secret(file=tmp_path / "pager.txt"))

    assert sender_of(with_place) == AppriseSender("json://me:a%2Fb%3Fc@shop.example/x")
    assert sender_of(whole) == AppriseSender("pagerduty://key@token")


def test_all_problems_of_channels_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORT", "whsec_abc")
    channels = (
        AppriseChannel("a", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#oms"),
        AppriseChannel("b", "slakc://shop.example"),
        WebhookChannel("c", "https://hooks.example", Secret("SHORT")),
        WebhookChannel("d", "https://hooks.example", Secret("NONE_SUCH")),
    )

    with pytest.raises(BadInputError) as error:
        senders_of(NoticeRules({each.key: each for each in channels}, ()))

    assert [each.message for each in error.value.problems] == [
        "channel a: The address slack://... has a secret in it: write {name} in its place, and `secrets: "
        "{name: {env: NAME}}`.",
        "channel b: The address 'slakc://shop.example' is none that Apprise knows: see "
        "https://appriseit.com for its forms.",
        "channel c: The secret in the environment variable SHORT is not of Standard Webhooks: give whsec_ "
        "and 24 to 64 random bytes in base64.",
        "channel d: The secret in the environment variable NONE_SUCH is empty: set it where this process "
        "runs.",
    ]
