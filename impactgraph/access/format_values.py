"""Values of the format of access: its version, algorithms of signatures, networks, keys of orders."""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from graph_models.ids import key_of
from impactgraph.topology.document import Node
from impactgraph.topology.fields import (
    JsonSchema,
    Reading,
    display_text,
    source_text,
)
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import either

VERSION = 1
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Of signatures by a private key (RFC 7518, RFC 8037)."""


class Version:
    """The version of the format."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if node == VERSION and not isinstance(node, bool):
            return VERSION
        return reading.wrong(f"`{name}` must be {VERSION}, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"const": VERSION}


class Algorithm:
    """An algorithm by which a token is signed.

    Those without a private key are refused: whoever may check such a token could make one.
    """

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        if text in ALGORITHMS:
            return text
        if text.upper().startswith("HS") or text.casefold() == "none":
            return reading.wrong(
                f"`{name}` must not be {text}: tokens must be signed by a private key, such as with RS256 or "
                "ES256.",
                line,
            )
        return reading.wrong(
            f"`{name}` must be {either(ALGORITHMS)}, not {display_text(node)}."
            f"{did_you_mean(text, ALGORITHMS)}",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"enum": list(ALGORITHMS)}


class NetworkText:
    """An address or a network in CIDR notation."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        try:
            return ip_network(source_text(node) or "")
        except ValueError:
            return reading.wrong(
                f"`{name}` must be an address or a network such as 10.0.0.0/8, not {display_text(node)}.",
                line,
            )

    def schema(self) -> JsonSchema:
        return {"type": "string", "minLength": 2}


@dataclass(frozen=True)
class Key:
    """The bare key of a value of orders, from it or `kind:key`."""

    kind: str

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = (source_text(node) or "").strip()
        if key := key_of(text, self.kind):
            return key
        return reading.wrong(f"an item of `{name}` must be text, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": ["string", "number"], "pattern": ".+"}
