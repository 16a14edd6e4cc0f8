"""The format of a file of notices. It is read as topologies are: with lines, and all problems at once."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from graph_models.enums import FailureClass
from graph_models.ids import key_of
from graph_models.journal import NoticeKind, NoticeLevel
from graph_models.time import SECOND
from impactgraph.notices.config import (
    OF_INCIDENTS,
    AppriseChannel,
    Channel,
    Concern,
    NoticeRules,
    Quiet,
    Rule,
    WebhookChannel,
    When,
)
from impactgraph.notices.format_values import Address, Id, MainUnits, TimeOfDay, Zone
from impactgraph.sources.format_values import SecretPlace
from impactgraph.sources.kinds import KEY, ByKind, Kind, check_key, kind_of
from impactgraph.topology.composite_values import ByName, PatternText
from impactgraph.topology.config_file import ConfigFile
from impactgraph.topology.document import Map, Node
from impactgraph.topology.fields import (
    WRONG,
    Body,
    Field,
    Fields,
    JsonSchema,
    Reading,
    Several,
    display_text,
)
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import either
from impactgraph.topology.values import Duration, Text, Whole, Word
from impactgraph.usecases.validation import element_id

_URL = re.compile(r"https?://[^\s/?#@]+[^\s@]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"\{([^{}]*)\}")
_HOOK = PatternText(
    _URL, "an address such as https://hooks.example.com/impactgraph, without user or password"
)


def _words(values: Iterable[StrEnum]) -> Word:
    members = {each.value.lower(): each for each in values}
    return Word(tuple(members), members.__getitem__)


def _team(text: str) -> str:
    return key_of(text, "team")


_LEVEL = _words(NoticeLevel)
_TEAMS = Several(Id(_team), least=1)
_WHEN = Body(
    Fields(
        (
            Field("promises", Whole(1), "Expected promises missed, at least."),
            Field("orders", Whole(1), "Expected affected orders, at least."),
            Field("value", MainUnits(), "Their value, at least, in the reporting currency."),
            Field("level", _LEVEL, "What is at stake, at least: low, medium, high or critical."),
            Field("rank", Whole(1), "Among the first so many of the list of incidents."),
            Field("owners", _TEAMS, "Teams that own the likeliest cause."),
            Field("concerns", Several(_words(Concern), least=1), "Who owns what it does."),
            Field("elements", Several(Id(element_id), least=1), "The likeliest cause is one of these."),
            Field(
                "classes",
                Several(_words(FailureClass), least=1),
                "Its class.",
            ),
        )
    ),
    lambda values: When(**values),
)
_QUIET = Body(
    Fields(
        (
            Field("from", TimeOfDay(), "When they begin.", required=True, attribute="start"),
            Field("until", TimeOfDay(), "When they end.", required=True),
            Field("timezone", Zone(), "IANA name of their time zone; default: UTC."),
            Field("below", _LEVEL, "Incidents of this level or above are sent all the same."),
        )
    ),
    lambda values: Quiet(**values),
)
_RULE = Body(
    Fields(
        (
            Field("to", Several(Text(), least=1), "Channels that are notified.", required=True),
            Field("when", _WHEN, "Of which incidents; without it, of all that affect anything."),
            Field(
                "changes",
                Several(_words(OF_INCIDENTS), least=1),
                "Of which changes; default: of all.",
                attribute="on",
            ),
            Field("after", Duration(least=1), "Only where nobody has acknowledged it for so long."),
            Field("quiet", _QUIET, "Hours in which it waits."),
        )
    )
)
_APPRISE = (
    Field(
        "address",
        Address(),
        "Address of Apprise with {name} for each secret; or {env: NAME}, {file: PATH} where all of it is.",
        required=True,
    ),
    Field(
        "secrets",
        ByName(SecretPlace(), PatternText(_NAME, "a name in small letters")),
        "Where each secret of the address is.",
    ),
)
_WEBHOOK = (
    Field("url", _HOOK, "Address that notices are sent to.", required=True),
    Field("secret", SecretPlace(), "Secret of Standard Webhooks that signs them: whsec_...", required=True),
)


def _check_secrets(values: dict[str, Any], node: Map, reading: Reading) -> None:
    """Each place in the address has a secret, and each secret a place."""
    address, secrets = values.get("address", ""), values.get("secrets", {})
    names = _PLACE.findall(address) if isinstance(address, str) else []
    line = node.lines.get("address", node.line)
    for name in names:
        if name not in secrets:
            reading.wrong(
                f"`address` has {{{name}}}, but `secrets` has no {name!r}.{did_you_mean(name, secrets)}", line
            )
    for name in secrets:
        if name not in names:
            reading.wrong(f"`secrets` has {name!r}, but `address` has no {{{name}}}.", node.lines["secrets"])


KINDS: Mapping[str, Kind] = {
    "apprise": kind_of(
        "A chat, a pager, mail: an address of Apprise.", _APPRISE, AppriseChannel, _check_secrets
    ),
    "webhook": kind_of("An address that takes signed JSON.", _WEBHOOK, WebhookChannel),
}


class _Rules:
    """A map from the key of a rule to its fields."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(f"`{name}` must be a map by key, not {display_text(node)}.", line)
        rules: list[tuple[dict[str, Any], int]] = []
        for key, item in node.items():
            reading.element = f"rule {key}"
            check_key(key, node.lines[key], reading)
            values = _RULE.read(item, node.lines[key], "rule", reading)
            if values is not WRONG and isinstance(item, Map):
                rules.append(({"key": key, **values}, item.lines.get("to", node.lines[key])))
        reading.element = ""
        return tuple(rules)

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": f"^{KEY.pattern}$"},
            "additionalProperties": _RULE.schema(),
        }


FORMAT = Fields(
    (
        Field("channels", ByKind("channel", KINDS, least=1), "Who can be notified, by key.", required=True),
        Field("rules", _Rules(), "What they are notified of, by key.", required=True),
        Field("public_url", _HOOK, "Address of the server, for links; default: IMPACTGRAPH_URL."),
        Field(
            "teams",
            ByName(
                _TEAMS,
                PatternText(re.compile("|".join(Concern)), either([each.value for each in Concern])),
            ),
            "Teams that own what an incident does: they are named in its notices, and what they own counts "
            "as theirs.",
        ),
        Field("every", Duration(least=SECOND), "How often incidents are checked; default: 15s."),
        Field("give_up", Duration(least=1), "After which time a notice is not tried again; default: 1d."),
    )
)


NOTICES_FILE = ConfigFile(
    "Notices",
    "Channels and rules of notices about incidents.",
    "The notices",
    "It must be a map with `channels` and `rules` (docs/notices.md).",
    FORMAT,
)


def load_rules(path: Path) -> NoticeRules:
    """The rules of a file. Raises BadInputError with everything that is wrong in it."""
    return parse_rules(NOTICES_FILE.text_of(path), str(path))


def parse_rules(text: str, name: str = "notices.yaml") -> NoticeRules:
    """Raises BadInputError with everything that is wrong, each with its line."""
    with NOTICES_FILE.content(text, name) as content:
        rules: Sequence[tuple[dict[str, Any], int]] = content.values.get("rules", ())
        channels: Mapping[str, Channel] = content.values.get("channels", {})
        for rule, line in rules:
            content.reading.element = f"rule {rule['key']}"
            if NoticeKind.NEW not in rule.get("on", OF_INCIDENTS):
                content.reading.wrong(
                    "`changes` must have `new`: changes are only sent of incidents sent as new.",
                    line,
                )
            for key in rule["to"]:
                if key not in channels:
                    content.reading.wrong(
                        f"`to` names no channel: {key!r}.{did_you_mean(key, channels)}", line
                    )
    values = content.values
    teams = {Concern(key): of_it for key, of_it in values.get("teams", {}).items()}
    optional = {key: values[key] for key in ("every", "give_up") if key in values}
    return NoticeRules(
        channels=channels,
        rules=tuple(Rule(**rule) for rule, _ in rules),
        public_url=values.get("public_url", "").rstrip("/") or None,
        teams=teams,
        **optional,
    )


def notices_schema() -> JsonSchema:
    """The format as a JSON Schema (2020-12) for editors."""
    return NOTICES_FILE.schema()


def schema_text() -> str:
    """As committed in docs/notices.schema.json."""
    return json.dumps(notices_schema(), indent=2) + "\n"
