"""Deliveries of webhooks: documents of every sender with hostile values, with proofs that are right, cut, of
another document, of another time or in another encoding.
"""

import copy
import gzip
import hmac
import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from impactgraph.alerts.catalogue import SENDERS
from impactgraph.sources.config import AlertsSource, Secret, SourceConfig, TracesSource, WebhookSource
from tests.alert_payloads import CHANGES, PAYLOADS, SECRET, prometheus
from tests.hostile.events import events
from tests.hostile.request import Request
from tests.hostile.spoiling import spoil
from tests.hostile.values import TEXT, VALUES, broken, encoded
from tests.sources.alert_endpoints import RULES, VARIABLE, proof_of, source_of

ROOT = Path(__file__).parents[2]
MAPPINGS = ("shopify", "commercetools", "sap-idoc", "adobe-commerce")
"""Presets whose document a webhook takes."""
TIMED = "timed"
"""Source whose signatures hold for five minutes."""
FIXED = {"/api/v2/alerts": "prometheus", "/v2/enqueue": "pagerduty-events"}
"""Addresses without a source. Events of ServiceNow prove themselves by a token there."""
BOMBS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
SPANS = """
version: 2
source: /traces
id: "{trace_id}/{span_id}"
time: "{started_at}"
order: '{attributes."shop.order.id"}'
rules:
  orders:
    when: name == 'place order'
    order.placed:
      {channel: web, mode: ship_from_store, currency: EUR, value: '{attributes."shop.total"}',
       fulfillments: ship-from-store}
"""
_HEADER_TEXTS = st.sampled_from(
    ("", " ", "v1=", "sha256=", "Basic ", "x" * 9_000, "\x7f", "ü", "=,=,=", "AAAA")
)


def documents() -> dict[str, Any]:
    """A right document by sender."""
    found: dict[str, Any] = {name: each.firing for name, each in PAYLOADS.items()}
    found |= {name: first for name, (first, _, _) in CHANGES.items()}
    found["prometheus"] = prometheus()
    alerts = ROOT / "fixtures" / "alerts"
    found["cloudwatch"] = json.loads((alerts / "cloudwatch_notification.json").read_text())
    return found


DOCUMENTS = documents()
assert set(DOCUMENTS) == set(SENDERS)


def sources(folder: Path) -> list[SourceConfig]:
    """A source of each sender, one with signatures that age, and webhooks with and without a mapping."""
    rules = folder / "alert-rules.yaml"
    rules.write_text(RULES)
    (folder / "traces.yaml").write_text(SPANS)
    secret = Secret(env=VARIABLE)
    return [
        *(source_of(sender, rules) for sender in SENDERS),
        AlertsSource(TIMED, "grafana", (secret,), rules=rules, timestamp_header="X-Time"),
        TracesSource("spans", folder / "traces.yaml", (secret,)),
        WebhookSource("plain", "X-Token", (secret,)),
        WebhookSource("signed", "X-Signature", (secret,), check="hmac-sha256", prefix="v1="),
        *(WebhookSource(name, "X-Token", (secret,), mapping=Path(f"preset:{name}")) for name in MAPPINGS),
    ]


def _proof(sender: str, source: str, body: bytes, sent_at: str) -> tuple[dict[str, str], str]:
    """(headers, query) that prove the sender of this body."""
    if source == TIMED:
        signed = hmac.new(SECRET.encode(), sent_at.encode() + b":" + body, sha256).hexdigest()
        return {"X-Grafana-Alerting-Signature": signed, "X-Time": sent_at}, ""
    return proof_of(sender, body)


@st.composite
def delivery_requests(draw: st.DrawFn, now_seconds: int) -> Request:
    """To the address of a sender, or to that of a webhook."""
    return draw(st.one_of(_alerts(now_seconds), _alerts(now_seconds), _documents(), _spans(now_seconds)))


@st.composite
def _alerts(draw: st.DrawFn, now_seconds: int) -> Request:
    sender = draw(st.sampled_from([*SENDERS]))
    source = draw(st.sampled_from((sender, sender, sender, "nope", TIMED)))
    if source == TIMED:
        sender = "grafana"
    document = copy.deepcopy(DOCUMENTS[sender])
    for _ in range(draw(st.integers(0, 3))):
        spoil(draw, document)
    if SENDERS[sender].body_secret and draw(st.booleans()):
        document[SENDERS[sender].body_secret] = SECRET
    body = draw(broken(encoded(document if draw(st.integers(0, 9)) else draw(VALUES))))
    sent_at = str(now_seconds + draw(st.sampled_from((0, 0, -299, -301, 10**9))))
    headers, query = _proof(sender, source, body, sent_at)
    path = f"/webhooks/{sender}/{source}"
    fixed = [address for address, name in FIXED.items() if name == sender]
    if fixed and draw(st.booleans()):
        path = fixed[0]
    elif draw(st.integers(0, 9)) == 0:
        path += draw(st.sampled_from(("/../x", "/v2/alerts", "/%2e%2e", "/" + "a/" * 500, "%00")))
    return _sent(draw, path + query, headers, body)


@st.composite
def _documents(draw: st.DrawFn) -> Request:
    """To POST /in/{source}: events, or documents of a shop system."""
    source = draw(st.sampled_from(("plain", "signed", "nope", *MAPPINGS)))
    if source in MAPPINGS:
        document = json.loads((ROOT / "fixtures" / "presets" / f"{source}.json").read_text())
        document = document[0] if isinstance(document, list) else document
        for _ in range(draw(st.integers(0, 3))):
            spoil(draw, document)
    else:
        document = draw(st.lists(events(), min_size=1, max_size=2)) if draw(st.booleans()) else draw(events())
    body = draw(broken(encoded(document)))
    signature = "v1=" + hmac.new(SECRET.encode(), body, sha256).hexdigest()
    headers = {"X-Signature": signature} if source == "signed" else {"X-Token": SECRET}
    media = draw(
        st.sampled_from(("application/json", "application/cloudevents+json; charset=utf-16", "", "x"))
    )
    return _sent(draw, f"/in/{source}", headers | ({"content-type": media} if media else {}), body)


@st.composite
def _spans(draw: st.DrawFn, now_seconds: int) -> Request:
    """To POST /v1/traces: spans of OpenTelemetry in JSON, or bytes that say to be protobuf."""
    span: dict[str, Any] = {
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "spanId": "EEE19B7EC3C1B174",
        "name": "place order",
        "kind": 2,
        "startTimeUnixNano": str((now_seconds - 60) * 10**9),
        "endTimeUnixNano": str((now_seconds - 59) * 10**9),
        "attributes": [
            {"key": "shop.total", "value": {"doubleValue": 12.5}},
            {"key": "shop.order.id", "value": {"stringValue": "T-1"}},
        ],
    }
    document: Any = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": [span]}]}]}
    for _ in range(draw(st.integers(0, 3))):
        spoil(draw, document)
    body = draw(broken(encoded(document)))
    media = draw(st.sampled_from(("application/json", "application/x-protobuf", "text/plain", "")))
    if media == "application/x-protobuf":
        body = draw(
            st.sampled_from(
                (body, b"\x0a" * 5_000, b"\x0a\xff\xff\xff\xff\x0f", b"\xff" * 11, b"\x0a\x02\x12\x00")
            )
        )
    headers = {"Authorization": f"Bearer {SECRET}"} | ({"content-type": media} if media else {})
    return _sent(draw, "/v1/traces", headers, body)


def _sent(draw: st.DrawFn, path: str, headers: dict[str, str], body: bytes) -> Request:
    """As it is, or with another proof, another body, or compressed."""
    how = draw(
        st.sampled_from(
            ("right", "right", "right", "cut", "none", "text", "replayed", "packed", "bomb", "basic")
        )
    )
    match how:
        case "cut":
            headers = {name: value[: len(value) // 2] for name, value in headers.items()}
        case "none":
            headers = {}
        case "text":
            headers = {name: draw(_HEADER_TEXTS) for name in headers}
        case "replayed":  # a right proof with another body
            body += b" "
        case "packed":
            headers, body = headers | {"content-encoding": "gzip"}, gzip.compress(body)
        case "bomb":
            name = draw(st.sampled_from([*BOMBS]))
            headers, body = headers | {"content-encoding": name}, BOMBS[name](b"[" * 3_000_000)
        case "basic":
            value = b64encode(draw(TEXT).encode("utf-8", "replace")[:500]).decode()
            headers = headers | {"authorization": f"Basic {value}"}
        case _:
            pass
    return Request("POST", path, headers=headers, body=body)
