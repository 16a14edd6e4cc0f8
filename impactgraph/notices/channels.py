"""Sends a notice to a channel once. What does not succeed is an error with its reason; nothing is kept."""

import http.client
import json
import logging
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlencode

from graph_models.journal import NoticeKind, NoticeLevel
from graph_models.time import SECOND, Millis, millis, moment
from impactgraph.errors import BadInputError, Problem
from impactgraph.http_opener import opener_without_redirects
from impactgraph.notices.config import AppriseChannel, Channel, NoticeRules, WebhookChannel
from impactgraph.notices.format_values import is_signing_secret
from impactgraph.notices.text import title_and_body
from impactgraph.ports.tracing import SpanKind, outgoing_headers, span
from impactgraph.sources.config import Secret
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.notices import NoticeStatus

if TYPE_CHECKING:
    from apprise import NotifyBase

TIMEOUT_SECONDS = 10.0
"""After which a receiver is taken to be silent."""
_MISSING = "Notices need libraries that are not installed: pip install 'impactgraph[notices]'."


class NotSentError(Exception):
    """A notice was not taken; the message says why. `retry_after` (milliseconds): as the receiver asks."""

    def __init__(self, reason: str, retry_after: Millis | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Sender(Protocol):
    """Sends to one channel."""

    def send(self, notice: NoticeStatus, at: Millis) -> None:
        """Returns once the receiver has taken it. Raises NotSentError."""
        ...


def senders_of(rules: NoticeRules | None) -> Mapping[str, Sender]:
    """By the key of the channel; none without rules.

    Raises BadInputError with every secret that is missing or wrong.
    """
    if rules is None:
        return {}
    senders: dict[str, Sender] = {}
    problems: list[Problem] = []
    for key, channel in rules.channels.items():
        try:
            senders[key] = sender_of(channel)
        except BadInputError as error:
            problems += [Problem(f"channel {key}: {each.message}") for each in error.problems]
    if problems:
        raise BadInputError(*problems)
    return senders


def sender_of(channel: Channel) -> Sender:
    """Raises BadInputError where its secrets or its address are wrong."""
    if find_spec("apprise") is None or find_spec("standardwebhooks") is None:
        raise BadInputError(_MISSING)
    match channel:
        case WebhookChannel():
            secret = channel.secret.read()
            if not is_signing_secret(secret):
                raise BadInputError(
                    f"The secret in {channel.secret.place} is not of Standard Webhooks: give whsec_ and 24 "
                    "to 64 random bytes in base64."
                )
            return WebhookSender(channel.url, secret)
        case AppriseChannel():
            return AppriseSender.of(channel)


@dataclass(frozen=True)
class WebhookSender:
    """JSON over HTTP, signed as Standard Webhooks are: https://www.standardwebhooks.com."""

    url: str
    secret: str

    def send(self, notice: NoticeStatus, at: Millis) -> None:
        from standardwebhooks import Webhook

        body = webhook_body(notice)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "impactgraph",
            "webhook-id": notice.key,
            "webhook-timestamp": str(at // SECOND),
            "webhook-signature": Webhook(self.secret).sign(notice.key, moment(at), body),
        }
        with span("notice", SpanKind.CLIENT, server_address=_place(self.url)):
            self._post(body, {**headers, **outgoing_headers()}, at)

    def _post(self, body: str, headers: Mapping[str, str], at: Millis) -> None:
        request = urllib.request.Request(self.url, body.encode(), dict(headers), method="POST")
        try:
            with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
                response.read(1)
        except urllib.error.HTTPError as error:
            with error:
                raise NotSentError(
                    f"{_place(self.url)} answered {error.code} {error.reason}.",
                    _retry_after(error.headers.get("Retry-After"), at),
                ) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise NotSentError(f"{_place(self.url)} cannot be reached: {reason}.") from None


_OPENER = opener_without_redirects()


def webhook_body(notice: NoticeStatus) -> str:
    """JSON with the `type`, `timestamp` and `data` of Standard Webhooks: the same at every attempt."""
    if notice.kind is NoticeKind.STEP:
        return _document("incident.step_started", notice, _step_data(notice))
    data = {
        "notice": notice.key,
        "incident": f"incident:{notice.incident}",
        "rule": notice.rule,
        "level": notice.level.value,
        "cause": notice.cause or None,
        "title": title_and_body(notice.text)[0],
        "text": notice.text,
        "url": notice.link or None,
    }
    return _document(f"incident.{notice.kind}", notice, data)


def _step_data(notice: NoticeStatus) -> Mapping[str, object]:
    """Which step of which playbook is to be carried out, and who has started it."""
    playbook, _, step = notice.rule.rpartition("/")
    return {
        "notice": notice.key,
        "incident": f"incident:{notice.incident}",
        "playbook": playbook,
        "step": int(step),
        "title": title_and_body(notice.text)[0],
        "text": notice.text,
    }


def _document(kind: str, notice: NoticeStatus, data: Mapping[str, object]) -> str:
    document = {"type": kind, "timestamp": iso(notice.created_at), "data": data}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _place(url: str) -> str:
    """Scheme and host: the path of a webhook may be a secret."""
    return "/".join(url.split("/")[:3])


def _retry_after(text: str | None, at: Millis) -> Millis | None:
    """Of the header Retry-After: seconds, or a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return int(text) * SECOND
    try:
        return max(0, millis(parsedate_to_datetime(text)) - at)
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True)
class AppriseSender:
    """A service that Apprise knows."""

    address: str

    @staticmethod
    def of(channel: AppriseChannel) -> "AppriseSender":
        """Raises BadInputError for an address that Apprise does not know, or that has a secret in it."""
        if isinstance(channel.address, Secret):
            address = channel.address.read()
            _plugin(address, f"The address in {channel.address.place}")
            return AppriseSender(address)
        values = {name: quote(secret.read(), safe="") for name, secret in channel.secrets.items()}
        address = _fill_in(channel.address, values)
        plugin = _plugin(address, f"The address {channel.address!r}")
        if not values and _address_text(plugin, privacy=True) != _address_text(plugin, privacy=False):
            raise BadInputError(
                f"The address {channel.address.partition('://')[0]}://... has a secret in it: write {{name}} "
                "in its place, and `secrets: {name: {env: NAME}}`."
            )
        return AppriseSender(address)

    def send(self, notice: NoticeStatus, at: Millis) -> None:
        from apprise import NotifyType

        levels = {
            NoticeLevel.CRITICAL: NotifyType.FAILURE,
            NoticeLevel.HIGH: NotifyType.FAILURE,
            NoticeLevel.MEDIUM: NotifyType.WARNING,
        }
        notify_type = levels.get(notice.level, NotifyType.INFO)
        if notice.kind is NoticeKind.RESOLVED:
            notify_type = NotifyType.SUCCESS
        title, body = title_and_body(notice.text)
        plugin = _plugin(with_identity(self.address, notice), "The address")
        with _Complaints() as complaints:
            try:
                is_sent = plugin.notify(body=body, title=title, notify_type=notify_type, body_format="text")
            except Exception as error:  # noqa: BLE001 - a plugin may fail in any way
                raise NotSentError(f"{type(error).__name__}: {error}.") from None
        if not is_sent:
            service = str(plugin.service_name or self.address.partition("://")[0])
            raise NotSentError(f"{service} did not take it{complaints.text}.")


def with_identity(address: str, notice: NoticeStatus) -> str:
    """The address of a pager with the id of the incident, so that it updates its own and resolves it."""
    if address.partition("://")[0].lower() != "pagerduty":
        return address
    action = "resolve" if notice.kind is NoticeKind.RESOLVED else "trigger"
    values = {"dedup": f"impactgraph-{notice.incident}", "action": action}
    if notice.link:
        values["click"] = notice.link
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"


def _fill_in(address: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        address = address.replace(f"{{{name}}}", value)
    return address


def _address_text(plugin: "NotifyBase", *, privacy: bool) -> str:
    """The address again; `privacy`: without secrets."""
    return plugin.url(privacy=privacy)  # pyright: ignore[reportUnknownMemberType] - untyped arguments


def _plugin(address: str, what: str) -> "NotifyBase":
    from apprise import Apprise

    plugin = Apprise.instantiate(address)  # pyright: ignore[reportUnknownMemberType] - untyped arguments
    if plugin is None:
        raise BadInputError(f"{what} is none that Apprise knows: see https://appriseit.com for its forms.")
    return plugin  # pyright: ignore[reportReturnType] - a server of configurations is none of its addresses


class _Complaints(logging.Handler):
    """What Apprise writes into its log in this thread while it sends: only that says why it failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        return f": {' '.join(self._lines).rstrip('.')}" if self._lines else ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._lines.append(record.getMessage())

    def __enter__(self) -> "_Complaints":
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)
