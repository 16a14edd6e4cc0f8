"""Values of a file of sources: secrets by their place, paths of its folder, connections, settings."""

import re
from pathlib import Path
from typing import Any

from impactgraph.sources.config import Secret
from impactgraph.topology.composite_values import PatternText
from impactgraph.topology.document import Map, Node
from impactgraph.topology.fields import (
    WRONG,
    Field,
    Fields,
    JsonSchema,
    Reading,
    Several,
    display_text,
    source_text,
)

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WITH_PASSWORD = re.compile(r"(?i)\bpassword\s*=|://[^/@]*:[^/@]*@")
_SECRET_NAME = re.compile("password|secret")
_RESERVED = {
    "bootstrap.servers": "brokers",
    "group.id": "",
    "enable.auto.commit": "",
    "enable.partition.eof": "",
    "auto.offset.reset": "start",
    "sasl.username": "user",
    "sasl.password": "password",
}
"""Settings of librdkafka that a source does not take, each with the field that stands for it."""


class FilePath:
    """A path; a relative one is of the folder of the file of sources."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node)
        if not text:
            return reading.wrong(f"`{name}` must be a path, not {display_text(node)}.", line)
        return Path(reading.file).parent / text

    def schema(self) -> JsonSchema:
        return {"type": "string"}


class Connection:
    """A connection string of libpq, without a password."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        text = source_text(node) or ""
        if _WITH_PASSWORD.search(text):
            return reading.wrong(
                f"`{name}` has a password: give it as `password: {{env: NAME}}` or `{{file: PATH}}`.", line
            )
        return text or reading.wrong(
            f"`{name}` must be text such as 'host=db dbname=shop user=reader', not {display_text(node)}.",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string"}


class SecretPlace:
    """`{env: NAME}` or `{file: PATH}`."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(
                f"`{name}` must be {{env: NAME}} or {{file: PATH}}: a secret never stands in this file.", line
            )
        values = _SECRET.read(node, reading, f"{name}.")
        if len(node) != 1:
            return reading.wrong(f"`{name}` must have `env` or `file`, one of them.", line)
        return Secret(**values) if values else WRONG

    def schema(self) -> JsonSchema:
        return _SECRET.schema() | {"minProperties": 1, "maxProperties": 1}


class SomeSecrets:
    """A list of one or two secrets."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        secrets = Several(SecretPlace(), least=1).read(node, line, name, reading)
        if secrets is not WRONG and len(secrets) > 2:
            return reading.wrong(
                f"`{name}` has {len(secrets)} secrets: at most two may be valid at a time.", line
            )
        return secrets

    def schema(self) -> JsonSchema:
        return {"type": "array", "items": SecretPlace().schema(), "minItems": 1, "maxItems": 2}


class Settings:
    """Settings of librdkafka by name; a secret by its place."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(f"`{name}` must be a map, not {display_text(node)}.", line)
        values: dict[str, str | Secret] = {}
        for key, item in node.items():
            value = self._value(key, item, node.lines[key], f"{name}.{key}", reading)
            if value is not WRONG:
                values[key] = value
        return values

    def _value(self, key: str, node: Node, line: int, name: str, reading: Reading) -> Any:
        if key in _RESERVED:
            hint = f": use `{_RESERVED[key]}`" if _RESERVED[key] else ""
            return reading.wrong(f"`{name}` cannot be set here{hint}.", line)
        if isinstance(node, Map) or _SECRET_NAME.search(key):
            return SecretPlace().read(node, line, name, reading)
        text = str(node).lower() if isinstance(node, bool) else source_text(node)
        return (
            reading.wrong(f"`{name}` must be text, not {display_text(node)}.", line) if text is None else text
        )

    def schema(self) -> JsonSchema:
        value = {"anyOf": [{"type": ["string", "number", "boolean"]}, SecretPlace().schema()]}
        return {"type": "object", "additionalProperties": value}


_SECRET = Fields(
    (
        Field(
            "env",
            PatternText(_VARIABLE, "the name of an environment variable"),
            "Environment variable with it.",
        ),
        Field("file", FilePath(), "File with it, as secrets are mounted."),
    )
)
HEADER_NAME = PatternText(
    re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"), "the name of a header, such as X-Signature"
)
