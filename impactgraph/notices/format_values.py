"""Values of the format of notices: addresses, amounts, times of day, zones, ids."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graph_models.time import HOUR, MINUTE
from graph_models.zones import is_zone, zone_names
from impactgraph.sources.format_values import SecretPlace
from impactgraph.topology.document import Map, Node, Real
from impactgraph.topology.fields import JsonSchema, Reading, display_text, source_text
from impactgraph.topology.near import did_you_mean

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_PASSWORD = re.compile(r"://[^/@{}]*:[^/@{}]+@")


class Address:
    """An address of Apprise, with `{name}` for each secret, or the place of the whole of it."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, Map):
            return SecretPlace().read(node, line, name, reading)
        text = source_text(node) or ""
        if "://" not in text:
            return reading.wrong(
                f"`{name}` must be an address of Apprise such as 'slack://{{token}}/#oms-oncall', not "
                f"{display_text(node)}.",
                line,
            )
        if _PASSWORD.search(text):
            return reading.wrong(
                f"`{name}` has a password: write {{password}} in its place, and "
                "`secrets: {password: {env: NAME}}`.",
                line,
            )
        return text

    def schema(self) -> JsonSchema:
        return {"anyOf": [{"type": "string", "pattern": "://"}, SecretPlace().schema()]}


class MainUnits:
    """An amount of money in the main unit of its currency."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, int | Real) and not isinstance(node, bool) and node >= 0:
            return Decimal(source_text(node) or "0")
        return reading.wrong(f"`{name}` must be an amount such as 1000, not {display_text(node)}.", line)

    def schema(self) -> JsonSchema:
        return {"type": "number", "minimum": 0}


class TimeOfDay:
    """Milliseconds of the day, from HH:MM."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        match = _TIME.fullmatch(source_text(node) or "")
        if match:
            return int(match[1]) * HOUR + int(match[2]) * MINUTE
        return reading.wrong(
            f"`{name}` must be a time of day such as '22:00', not {display_text(node)}.", line
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": f"^{_TIME.pattern}$"}


class Zone:
    """IANA name of a time zone."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        if is_zone(text):
            return text
        return reading.wrong(
            f"`{name}` must be the IANA name of a time zone such as Europe/Berlin, not "
            f"{display_text(node)}.{did_you_mean(text, sorted(zone_names()))}",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string"}


@dataclass(frozen=True)
class Id:
    """The id of an element."""

    make: Callable[[str], str]

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = (source_text(node) or "").strip()
        return self.make(text) if text else reading.wrong(f"`{name}` is empty: give an id.", line)

    def schema(self) -> JsonSchema:
        return {"type": "string", "minLength": 1}


def is_signing_secret(text: str) -> bool:
    """Whether it is a secret of Standard Webhooks: 24 to 64 bytes in base64, perhaps after `whsec_`."""
    try:
        size = len(base64.b64decode(text.removeprefix("whsec_") + "==", validate=False))
    except (binascii.Error, ValueError):
        return False
    return 24 <= size <= 64
