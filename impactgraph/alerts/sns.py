"""Amazon SNS: the envelope of its deliveries, and their signature by a certificate of Amazon."""

import re
from base64 import b64decode
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from impactgraph.alerts.documents import Document, read
from impactgraph.alerts.message import MalformedAlertError

_HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?")
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
NOTIFICATION = "Notification"
CONFIRMATIONS = ("SubscriptionConfirmation", "UnsubscribeConfirmation")


class Envelope(Document, rename="pascal"):
    type: str
    message: str
    message_id: str
    topic_arn: str
    timestamp: str
    subject: str | None = None
    token: str | None = None
    subscribe_url: str | None = msgspec.field(default=None, name="SubscribeURL")
    signature_version: str = ""
    signature: str = ""
    signing_cert_url: str = msgspec.field(default="", name="SigningCertURL")


def read_envelope(text: bytes) -> Envelope:
    """Raises MalformedAlertError."""
    envelope = read(Envelope, text)
    if envelope.type not in (NOTIFICATION, *CONFIRMATIONS):
        raise MalformedAlertError(f"Type is {envelope.type[:40]!r}: {NOTIFICATION} is expected")
    return envelope


def is_of_amazon(address: str) -> bool:
    """Whether it is an address of SNS: encrypted, of its hosts, without a port or a user."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and _HOST.fullmatch(parts.netloc) is not None
    except ValueError:
        return False


def signed_text(envelope: Envelope) -> bytes:
    """The fields that the signature is of, each with its name, in the order that SNS documents."""
    values = {
        "Message": envelope.message,
        "MessageId": envelope.message_id,
        "Subject": envelope.subject,
        "SubscribeURL": envelope.subscribe_url,
        "Timestamp": envelope.timestamp,
        "Token": envelope.token,
        "TopicArn": envelope.topic_arn,
        "Type": envelope.type,
    }
    names = _NOTIFICATION if envelope.type == NOTIFICATION else _CONFIRMATION
    lines = (f"{name}\n{values[name]}\n" for name in names if values[name] is not None)
    return "".join(lines).encode(errors="replace")


def is_signed(envelope: Envelope, certificate_of: Callable[[str], bytes]) -> bool:
    """Whether the certificate that it names, of an address of SNS, signed it.

    `certificate_of` gives the certificate (PEM) at an address; what it raises is raised.
    """
    if not is_of_amazon(envelope.signing_cert_url) or not envelope.signing_cert_url.endswith(".pem"):
        return False
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA1, SHA256
    from cryptography.x509 import load_pem_x509_certificate

    algorithms = {"1": SHA1, "2": SHA256}
    if envelope.signature_version not in algorithms:
        return False
    certificate = certificate_of(envelope.signing_cert_url)
    try:
        key = load_pem_x509_certificate(certificate).public_key()
        if not isinstance(key, RSAPublicKey):
            return False
        key.verify(
            b64decode(envelope.signature, validate=True),
            signed_text(envelope),
            PKCS1v15(),
            algorithms[envelope.signature_version](),
        )
    except (InvalidSignature, ValueError):
        return False
    return True
