"""The fields of a source of alerts, and what must fit together in them."""

import re
from typing import Any

from impactgraph.alerts.catalogue import SENDERS
from impactgraph.sources.config import EntraToken
from impactgraph.sources.format_values import HEADER_NAME, FilePath, SomeSecrets
from impactgraph.topology.composite_values import PatternText
from impactgraph.topology.document import Map, Node
from impactgraph.topology.fields import (
    Body,
    Field,
    Fields,
    JsonSchema,
    Reading,
    Several,
    display_text,
    source_text,
)
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.values import Text, Word

CHECKS = ("signature", "secret", "basic", "bearer", "token", "entra")
_GUID = PatternText(
    re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "an id such as 461e8683-5575-4561-ac7f-899cc907d62a, in small letters",
)
_ENTRA = Body(
    Fields(
        (
            Field("tenant", _GUID, "Id of the tenant that issues the tokens.", required=True),
            Field("audience", _GUID, "Id of the application that stands for this server.", required=True),
            Field("app", _GUID, "Id of the application that sends.", required=True),
        )
    ),
    lambda values: EntraToken(**values),
)


class _SenderName:
    """One of the senders."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        if text in SENDERS:
            return text
        return reading.wrong(
            f"`{name}` must be one of {', '.join(SENDERS)}, not {display_text(node)}."
            f"{did_you_mean(text, SENDERS)}",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"enum": list(SENDERS)}


ALERTS = (
    Field("sender", _SenderName(), "Kind of system that sends (docs/alerts.md).", required=True),
    Field("rules", FilePath(), "File of rules that say what its alerts mean."),
    Field(
        "check",
        Word(CHECKS),
        "What proves the sender: its own signature, a secret in a header, basic or bearer authentication, "
        "a token in the address (?token=...), or a token of Microsoft Entra ID; default: signature.",
    ),
    Field("secrets", SomeSecrets(), "The secret, or two of them while one replaces the other."),
    Field("entra", _ENTRA, "What a token of Microsoft Entra ID must have."),
    Field("header", HEADER_NAME, "Header that has the secret, or the signature where it can be chosen."),
    Field("user", Text(), "User of basic authentication."),
    Field("timestamp_header", HEADER_NAME, "Header with the signed time (grafana)."),
    Field(
        "topics",
        Several(Text(), least=1),
        "Topics of Amazon SNS that are accepted, by their ARN (cloudwatch).",
    ),
)


def check_alerts(values: dict[str, Any], node: Map, reading: Reading) -> None:
    """Records what of the proof does not fit together."""
    sender = SENDERS.get(values.get("sender", ""))
    if sender is None:
        return
    check = values.get("check", "signature")
    lines = node.lines
    at = lines.get("check", lines.get("sender", node.line))
    if check == "signature" and not sender.signs:
        reading.wrong(
            f"`check` must be secret, basic, bearer, token or entra: {sender.title} does not sign what it "
            "sends.",
            at,
        )
        return
    is_sns = sender.is_sns and check == "signature"
    has_secrets = not is_sns and check != "entra"
    requirements = {
        "secrets": has_secrets,
        "entra": check == "entra",
        "topics": is_sns,
        "user": check == "basic",
        "header": check == "secret",
    }
    for name, is_needed in requirements.items():
        if is_needed and name not in values and name not in lines:
            reading.wrong(f"`{name}` is missing: `check: {check}` of {sender.name} needs it.", at)
    may = {
        "secrets": has_secrets,
        "entra": check == "entra",
        "topics": sender.is_sns,
        "user": check == "basic",
        "header": check in ("secret", "signature") and not is_sns,
        "timestamp_header": check == "signature" and sender.name == "grafana",
    }
    for name, is_possible in may.items():
        if name in values and not is_possible:
            reading.wrong(f"`{name}` is not used by `check: {check}` of {sender.name}.", lines[name])
