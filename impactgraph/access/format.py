"""The format of an access file. It is read as topologies are: with lines, and all problems at once."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from graph_models.access import Keep, PersonalAttribute, RequestLimit, Role, RowFilter
from impactgraph.access.config import (
    AccessRules,
    AuditRules,
    BrowserLogin,
    Metrics,
    OidcProvider,
    RoleClaim,
    RowClaim,
)
from impactgraph.access.format_values import Algorithm, Key, NetworkText, Version
from impactgraph.sources.format_values import FilePath
from impactgraph.topology.composite_values import ByName, OneOrSeveral, PatternText
from impactgraph.topology.config_file import ConfigFile
from impactgraph.topology.document import Items, Map
from impactgraph.topology.fields import Body, Field, Fields, JsonSchema, Reading, Several
from impactgraph.topology.values import Duration, Flag, Whole, Word

_ISSUER = PatternText(
    re.compile(r"https://[^\s/?#@]+[^\s?#@]*|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s?#@]*)?"),
    "an address such as https://login.example.com/realms/shop (http:// of this machine only)",
)
_CLAIM = PatternText(
    re.compile(r"[^\s.]+(\.[^\s.]+)*"), "a claim such as groups, or its path such as realm_access.roles"
)
_TEXT = PatternText(re.compile(r".*\S.*"), "text that is not empty")
_VALUE = PatternText(re.compile(r".*\S.*"), "a value of the claim")


def _words(enumeration: type[StrEnum]) -> Word:
    members = {each.value: each for each in enumeration}
    return Word(tuple(members), members.__getitem__)


_ROLE = _words(Role)
_ROWS = Body(
    Fields(
        (
            Field("regions", Several(Key("region"), least=1), "Regions of orders that are shown."),
            Field("brands", Several(Key("brand"), least=1), "Brands of orders that are shown."),
            Field("channels", Several(Key("channel"), least=1), "Channels of orders that are shown."),
            Field("locations", Several(Key("location"), least=1), "Locations of orders that are shown."),
        )
    ),
    lambda values: RowFilter(**{name: tuple(sorted(set(keys))) for name, keys in values.items()}),
)


def _claim_fields(value: Any, help: str) -> Fields:
    return Fields(
        (
            Field("claim", _CLAIM, "Claim with the values; a dotted path.", required=True),
            Field("values", ByName(value, _VALUE, least=1), help, required=True),
        )
    )


_BROWSER = Body(
    Fields(
        (
            Field("client", _TEXT, "Id of the client.", required=True),
            Field("secret_file", FilePath(), "File with its secret; without it: a public client."),
        )
    ),
    lambda values: BrowserLogin(**values),
)
_PROVIDER = Body(
    Fields(
        (
            Field("issuer", _ISSUER, "Address of the provider, as its tokens have it.", required=True),
            Field("audience", _TEXT, "Whom its tokens must be made for.", required=True),
            Field(
                "algorithms",
                Several(Algorithm(), least=1),
                "With which tokens may be signed; default: RS256, ES256.",
            ),
            Field("leeway", Duration(), "By which clocks may differ; default: 30s."),
            Field("subject", _CLAIM, "Claim that identifies somebody for good; default: sub."),
            Field("name", _CLAIM, "Claim with what people call them; default: preferred_username."),
            Field(
                "roles",
                Body(
                    _claim_fields(OneOrSeveral(_ROLE), "Roles by value of the claim."),
                    lambda values: RoleClaim(**values),
                ),
                "Which roles its tokens give.",
                required=True,
            ),
            Field(
                "rows",
                Body(
                    _claim_fields(_ROWS, "Orders that are shown, by value of the claim; `{}`: all."),
                    lambda values: RowClaim(**values),
                ),
                "Which orders its tokens show; without it: all. Tokens with none of the values are refused.",
            ),
            Field("browser", _BROWSER, "Login of browsers; without it: bearer tokens only."),
        )
    ),
    lambda values: OidcProvider(**values),
)
_LIMIT = Body(
    Fields(
        (
            Field("requests", Whole(1), "Requests a minute."),
            Field("points", Whole(1), "Cost points a minute: objects that GraphQL answers may have."),
        )
    ),
    lambda values: RequestLimit(**values),
)
_PERSONAL = Body(
    Fields((Field("keep", _words(Keep), "What the record keeps of it; default: plain."),)),
    lambda values: PersonalAttribute(**values),
)
_AUDIT = Body(
    Fields(
        (
            Field("questions", Flag(), "Whether questions are recorded, too; default: false."),
            Field("webhooks", Flag(), "Whether deliveries of webhooks are recorded; default: true."),
        )
    ),
    lambda values: AuditRules(**values),
)
FORMAT = Fields(
    (
        Field("version", Version(), "Of this format: 1.", required=True),
        Field("metrics", _words(Metrics), "Who reads /metrics: permitted (default) or open to everybody."),
        Field("audit", _AUDIT, "What the audit log records beside changes."),
        Field("personal", ByName(_PERSONAL, _TEXT), "Personal attributes of orders, by name."),
        Field("oidc", Several(_PROVIDER), "Providers of OpenID Connect whose tokens are accepted."),
        Field(
            "limits",
            ByName(_LIMIT, PatternText(re.compile(f"({'|'.join(Role)})"), "a role: " + ", ".join(Role))),
            "What somebody may ask for in a minute, by role.",
        ),
        Field(
            "proxies",
            Several(NetworkText()),
            "Addresses or networks of proxies whose X-Forwarded-For is believed.",
        ),
    )
)


ACCESS_FILE = ConfigFile(
    "Access",
    "Who may ask and change what.",
    "The access file",
    "It must be a map that begins with `version: 1` (docs/access.md).",
    FORMAT,
)


def load_access(path: Path) -> AccessRules:
    """The rules of a file. Raises BadInputError with everything that is wrong in it."""
    return parse_access(ACCESS_FILE.text_of(path), str(path))


def parse_access(text: str, name: str = "access.yaml") -> AccessRules:
    """Raises BadInputError with everything that is wrong, each with its line."""
    with ACCESS_FILE.content(text, name) as content:
        _check_issuers(content.root, content.values, content.reading)
    values = content.values
    values.pop("version")
    values["limits"] = {Role(role): limit for role, limit in values.get("limits", {}).items()}
    return AccessRules(**values)


def _check_issuers(root: Map, values: Mapping[str, Any], reading: Reading) -> None:
    """Each provider stands once: a token must not have two meanings."""
    node, seen = root.get("oidc"), set[tuple[str, str]]()
    lines = node.lines if isinstance(node, Items) else []
    for provider, line in zip(values.get("oidc", ()), lines, strict=False):
        key = (provider.issuer, provider.audience)
        if key in seen:
            reading.wrong(f"`oidc` has {key[0]} with the audience {key[1]!r} twice.", line)
        seen.add(key)


def access_schema() -> JsonSchema:
    """The format as a JSON Schema (2020-12) for editors."""
    return ACCESS_FILE.schema()


def schema_text() -> str:
    """As committed in docs/access.schema.json."""
    return json.dumps(access_schema(), indent=2) + "\n"
