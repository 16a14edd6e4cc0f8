"""Deliveries of Amazon SNS: only of topics that the source lists, and only with a signature of Amazon."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fastapi import FastAPI

from impactgraph.alerts.documents import read
from impactgraph.alerts.sns import Envelope, is_of_amazon, signed_text
from impactgraph.ports.store import Store
from impactgraph.sources import live_sources, sns_proof
from tests.sources.alert_endpoints import TOPIC, app_of, only_failure, post, reasons, source_of
from tests.sources.shop import small_store

FIXTURES = Path(__file__).parents[2] / "fixtures" / "alerts"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(_NAME)
    .issuer_name(_NAME)
    .public_key(KEY.public_key())
    .serial_number(1)
    .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    .sign(KEY, SHA256())
    .public_bytes(Encoding.PEM)
)
ADDRESS = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
RULES = "rules: [{match: {labels: {BucketName: '*'}}, element: system:oms}]"


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were visited; the certificate is at one of them."""
    addresses: list[str] = []

    def fetch(address: str) -> bytes:
        addresses.append(address)
        return CERTIFICATE

    class Proof(sns_proof.SnsProof):
        def __init__(self, topics: Any) -> None:
            super().__init__(topics, fetch)

    monkeypatch.setattr(live_sources, "SnsProof", Proof)
    monkeypatch.setattr(live_sources, "fetch", fetch)
    return addresses


@pytest.fixture
def store() -> Iterator[Store]:
    store = small_store()
    yield store
    store.close()


@pytest.fixture
def app(store: Store, tmp_path: Path, fetched: list[str]) -> FastAPI:
    rules = tmp_path / "alerts.yaml"
    rules.write_text(RULES)
    return app_of(store, source_of("cloudwatch", rules))


def signed(file: str = "cloudwatch_notification", version: str = "2", **more: Any) -> dict[str, Any]:
    """A real document, signed anew."""
    document: dict[str, Any] = json.loads((FIXTURES / f"{file}.json").read_text())
    document |= {"SigningCertURL": ADDRESS, "SignatureVersion": version, **more}
    envelope = read(Envelope, json.dumps(document).encode())
    hash_ = SHA1() if version == "1" else SHA256()
    signature = KEY.sign(signed_text(envelope), padding.PKCS1v15(), hash_)
    return document | {"Signature": b64encode(signature).decode()}


def deliver(app: FastAPI, document: Mapping[str, Any]) -> int:
    headers = {"content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification"}
    return post(app, "/webhooks/cloudwatch/cloudwatch", json.dumps(document).encode(), headers).status_code


@pytest.mark.parametrize("version", ["1", "2"])
def test_an_alarm_that_amazon_signed_is_a_failure(app: FastAPI, store: Store, version: str) -> None:
    assert deliver(app, signed(version=version)) == 202
    assert only_failure(store).target == "system:oms"


def test_the_certificate_is_fetched_once(app: FastAPI, fetched: list[str]) -> None:
    for _ in range(3):
        deliver(app, signed())

    assert fetched == [ADDRESS]


@pytest.mark.parametrize(
    "more",
    [
        {"Message": "{}"},
        {"Signature": "AAAA"},
        {"Signature": "?"},
        {"SignatureVersion": "3"},
        {"TopicArn": "arn:aws:sns:eu-west-1:1:other"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem"},
        {"SigningCertURL": "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/a.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/a.txt"},
    ],
)
def test_what_amazon_did_not_sign_is_refused(
    app: FastAPI, store: Store, fetched: list[str], more: dict[str, str]
) -> None:
    assert deliver(app, signed() | more) == 403
    assert (store.failures(), reasons(store)) == ((), [])
    assert all(is_of_amazon(address) for address in fetched)


def test_a_document_without_an_envelope_is_refused(app: FastAPI) -> None:
    assert deliver(app, {"AlarmName": "x"}) == 401


def test_a_subscription_to_a_listed_topic_is_confirmed(
    app: FastAPI, store: Store, fetched: list[str]
) -> None:
    status = deliver(app, signed("cloudwatch_subscription_confirmation"))

    assert (status, reasons(store)) == (202, [])
    assert fetched[1].startswith("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription")
    assert TOPIC in fetched[1]


def test_a_subscription_to_another_topic_is_never_visited(app: FastAPI, fetched: list[str]) -> None:
    other = signed("cloudwatch_subscription_confirmation", TopicArn="arn:aws:sns:eu-west-1:1:other")

    assert (deliver(app, other), fetched) == (403, [])


def test_an_address_that_is_not_of_amazon_is_never_visited(
    app: FastAPI, store: Store, fetched: list[str]
) -> None:
    strange = signed("cloudwatch_subscription_confirmation", SubscribeURL="http://169.254.169.254/latest")

    assert (deliver(app, strange), fetched) == (202, [ADDRESS])
    assert "169.254.169.254" in reasons(store)[0]


def test_a_certificate_that_cannot_be_fetched_is_tried_again(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, address: str) -> bytes:
        raise OSError("no route to host")

    monkeypatch.setattr(sns_proof.SnsProof, "_certificate", fail)

    assert deliver(app, signed()) == 503


@pytest.mark.parametrize(
    ("address", "is_valid"),
    [
        ("https://sns.us-gov-west-1.amazonaws.com/a.pem", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/a.pem", True),
        ("https://sns.eu-west-1.amazonaws.com:8443/a.pem", False),
        ("https://user@sns.eu-west-1.amazonaws.com/a.pem", False),
        ("https://sns.eu-west-1.amazonaws.com.cn.evil.example/a.pem", False),
        ("https://s3.eu-west-1.amazonaws.com/a.pem", False),
        ("https://[::1/a.pem", False),
    ],
)
def test_only_hosts_of_sns_are_of_amazon(address: str, is_valid: bool) -> None:
    assert is_of_amazon(address) is is_valid
