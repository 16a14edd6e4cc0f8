"""Who may send: secrets and signatures, while one secret replaces the other, and within a window of time."""

import hmac
from base64 import b64encode
from hashlib import sha256

import pytest

from graph_models.time import SECOND
from impactgraph.sources.config import AlertsSource, Secret
from impactgraph.sources.proof import Proof, alerts_proof
from impactgraph.usecases.sources import TOKEN_IN_ADDRESS, DeliveryCheck

OLD, NEW = Secret(env="PROOF_OLD"), Secret(env="PROOF_NEW")
NOW = 1_772_452_800 * SECOND
BODY = b'{ "a" : 1 }'
VALID, WRONG, MISSING = DeliveryCheck.VALID, DeliveryCheck.WRONG, DeliveryCheck.MISSING


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOF_OLD", "old")
    monkeypatch.setenv("PROOF_NEW", "new")


def proof(sender: str, check: str = "signature", **more: str) -> Proof:
    return alerts_proof(AlertsSource("x", sender, (OLD, NEW), check=check, **more), lambda: NOW)  # pyright: ignore[reportArgumentType]


def hexadecimal(secret: str, text: bytes = BODY) -> str:
    return hmac.new(secret.encode(), text, sha256).hexdigest()


@pytest.mark.parametrize("secret", ["old", "new"])
@pytest.mark.parametrize(
    ("sender", "header", "prefix"),
    [
        ("grafana", "x-grafana-alerting-signature", ""),
        ("pagerduty", "x-pagerduty-signature", "v1="),
        ("sentry", "sentry-hook-signature", ""),
        ("github", "x-hub-signature-256", "sha256="),
    ],
)
def test_both_secrets_sign_while_one_replaces_the_other(
    sender: str, header: str, prefix: str, secret: str
) -> None:
    headers = {header: prefix + hexadecimal(secret)}

    assert proof(sender).check(headers, BODY) is VALID
    assert proof(sender).check(headers, BODY + b" ") is WRONG
    assert proof(sender).check({}, BODY) is MISSING


def test_one_of_several_signatures_is_enough() -> None:
    several = f"v1={'0' * 64},v1={hexadecimal('new')}"

    assert proof("pagerduty").check({"x-pagerduty-signature": several}, BODY) is VALID


def test_splunk_signs_in_base64() -> None:
    signature = b64encode(bytes.fromhex(hexadecimal("new"))).decode()

    assert proof("splunk-observability").check({"x-sfx-signature": signature}, BODY) is VALID


@pytest.mark.parametrize(
    ("check", "more", "header", "value"),
    [
        ("secret", {"header": "X-Token"}, "x-token", "new"),
        ("bearer", {}, "authorization", "Bearer new"),
        ("basic", {"user": "u"}, "authorization", "Basic " + b64encode(b"u:new").decode()),
        ("token", {}, TOKEN_IN_ADDRESS, "new"),
    ],
)
def test_a_secret_may_come_in_many_ways(check: str, more: dict[str, str], header: str, value: str) -> None:
    own = proof("datadog", check, **more)

    answers = [own.check(headers, BODY) for headers in ({header: value}, {header: value + "x"}, {})]
    assert answers == [VALID, WRONG, MISSING]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, VALID), (-299, VALID), (299, VALID), (-301, WRONG), (301, WRONG)],
)
def test_a_signed_time_counts_for_five_minutes(seconds: int, expected: DeliveryCheck) -> None:
    own = proof("grafana", timestamp_header="X-Time")
    sent_at = str(NOW // SECOND + seconds)
    signature = hexadecimal("new", sent_at.encode() + b":" + BODY)
    headers = {"x-grafana-alerting-signature": signature, "x-time": sent_at}

    assert own.check(headers, BODY) is expected
    assert own.check(headers | {"x-time": str(NOW // SECOND + 1)}, BODY) is WRONG
    assert own.check(headers | {"x-time": "soon"}, BODY) is WRONG
    assert own.check({"x-time": sent_at}, BODY) is MISSING


def test_a_secret_in_the_document_is_compared() -> None:
    own = proof("pagerduty-events")

    answers = [
        own.check({}, body)
        for body in (b'{"routing_key": "new"}', b'{"routing_key": "x"}', b"{}", b"{", b'{"routing_key": 5}')
    ]
    assert answers == [VALID, WRONG, MISSING, MISSING, MISSING]
