"""Authentication of deliveries: a secret, signature or token in a header, or a secret in the document."""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.util import find_spec
from typing import Protocol, TypeAlias

import msgspec

from graph_models.time import MINUTE, Millis
from impactgraph.alerts.catalogue import SENDERS, HmacSignature
from impactgraph.errors import BadInputError
from impactgraph.sources.config import AlertsSource, Secret, TracesSource, WebhookSource
from impactgraph.usecases.sources import TOKEN_IN_ADDRESS, DeliveryCheck

REPLAY_WINDOW: Millis = 5 * MINUTE
"""How far a signed time may be from the present."""

Expectation: TypeAlias = Callable[[str, bytes], bytes]
"""What the header should have, of a secret and the signed text."""


class Proof(Protocol):
    @property
    def name(self) -> str:
        """What the sender has to give, for its error message."""
        ...

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        """`headers` have names in small letters. Raises BadInputError where secrets cannot be read."""
        ...


def plain_secret(secret: str, _: bytes) -> bytes:
    return secret.encode()


def signature(secret: str, body: bytes, *, encoding: str) -> bytes:
    """HMAC-SHA256 of the raw body."""
    digest = hmac.digest(secret.encode(), body, sha256)
    return b64encode(digest) if encoding == "base64" else digest.hex().encode()


def basic(secret: str, _: bytes, *, user: str) -> bytes:
    return b64encode(f"{user}:{secret}".encode())


@dataclass(frozen=True, slots=True)
class HeaderProof:
    """One of the secrets, or a signature by one of them, in a header."""

    header: str
    secrets: Sequence[Secret]
    expected: Expectation = plain_secret
    prefix: str = ""
    has_several: bool = False
    """Whether the header may have several signatures, separated by commas."""

    @property
    def name(self) -> str:
        if self.header == TOKEN_IN_ADDRESS:
            return "token in the address (?token=...)"
        return f"header {self.header}"

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        value = headers.get(self.header.lower())
        return DeliveryCheck.MISSING if not value else self.check_value(value, body)

    def check_value(self, value: str, signed_text: bytes) -> DeliveryCheck:
        """Every secret is compared, whichever is right: the time taken says nothing."""
        candidates = value.split(",") if self.has_several else [value]
        bare_texts = [self._without_prefix(each.strip()) for each in candidates]
        is_valid = False
        for secret in self.secrets:
            own = self.expected(secret.read(), signed_text)
            for text in bare_texts:
                is_valid |= text is not None and hmac.compare_digest(own, text.encode(errors="replace"))
        return DeliveryCheck.VALID if is_valid else DeliveryCheck.WRONG

    def _without_prefix(self, text: str) -> str | None:
        return text.removeprefix(self.prefix) if text.startswith(self.prefix) else None


@dataclass(frozen=True, slots=True)
class TimedProof:
    """A signature of `time:body`, with the time in a header: what is older than the window is refused."""

    proof: HeaderProof
    timestamp_header: str
    now: Callable[[], Millis]

    @property
    def name(self) -> str:
        return f"headers {self.proof.header} and {self.timestamp_header}"

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        value, sent_at = headers.get(self.proof.header.lower()), headers.get(self.timestamp_header.lower())
        if not value or not sent_at:
            return DeliveryCheck.MISSING
        is_number = sent_at.isascii() and sent_at.isdigit() and len(sent_at) < 15
        if not is_number or abs(int(sent_at) * 1000 - self.now()) > REPLAY_WINDOW:
            return DeliveryCheck.WRONG
        return self.proof.check_value(value, sent_at.encode() + b":" + body)


@dataclass(frozen=True, slots=True)
class BodyProof:
    """One of the secrets in a field of the document."""

    field: str
    secrets: Sequence[Secret]

    @property
    def name(self) -> str:
        return f"field {self.field} of the document"

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        try:
            value = msgspec.json.decode(body, type=dict[str, msgspec.Raw]).get(self.field)
            text = msgspec.json.decode(value, type=str) if value is not None else ""
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            text = ""
        return HeaderProof(self.name, self.secrets).check_value(text, body) if text else DeliveryCheck.MISSING


def webhook_proof(config: WebhookSource) -> Proof:
    is_secret = config.check == "secret"
    return HeaderProof(
        config.header,
        config.secrets,
        plain_secret if is_secret else partial(signature, encoding=config.encoding),
        config.prefix,
        has_several=not is_secret,
    )


def traces_proof(config: TracesSource) -> Proof:
    return HeaderProof(config.header, config.secrets, prefix=config.prefix)


def alerts_proof(config: AlertsSource, now: Callable[[], Millis]) -> Proof:
    """Of all senders but Amazon SNS."""
    sender = SENDERS[config.sender]
    match config.check:
        case "secret":
            return HeaderProof(config.header, config.secrets)
        case "basic":
            return HeaderProof(
                "Authorization", config.secrets, partial(basic, user=config.user), prefix="Basic "
            )
        case "bearer":
            return HeaderProof("Authorization", config.secrets, prefix="Bearer ")
        case "token":
            return HeaderProof(TOKEN_IN_ADDRESS, config.secrets)
        case "entra":
            return _entra_proof(config, now)
        case _ if sender.body_secret:
            return BodyProof(sender.body_secret, config.secrets)
        case _:
            return _signature_proof(config, sender.signature or HmacSignature("X-Signature"), now)


def _entra_proof(config: AlertsSource, now: Callable[[], Millis]) -> Proof:
    """Raises BadInputError where the library of tokens is not installed."""
    if find_spec("jwt") is None:
        raise BadInputError(
            f"source {config.key}: `check: entra` needs PyJWT, which is not installed: "
            "pip install 'impactgraph[login]'."
        )
    from impactgraph.sources.entra_proof import EntraProof

    assert config.entra is not None
    return EntraProof(config.entra, now)


def _signature_proof(config: AlertsSource, kind: HmacSignature, now: Callable[[], Millis]) -> Proof:
    proof = HeaderProof(
        config.header or kind.header,
        config.secrets,
        partial(signature, encoding=kind.encoding),
        kind.prefix,
        has_several=True,
    )
    return TimedProof(proof, config.timestamp_header, now) if config.timestamp_header else proof
