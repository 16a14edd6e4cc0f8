"""Fields of time zones, languages, and texts by language."""

from functools import cache
from typing import Any

from graph_models.playbooks import LanguageTexts
from graph_models.zones import is_zone, zone_names
from impactgraph.topology.document import Map, Node
from impactgraph.topology.fields import WRONG, JsonSchema, Reading, display_text, source_text
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.values import Text


class TimeZone:
    """The IANA name of a time zone."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if isinstance(node, str) and is_zone(node):
            return node
        return reading.wrong(
            f"`{name}` must be the IANA name of a time zone, such as Europe/Berlin or UTC, not "
            f"{display_text(node)}.{did_you_mean(source_text(node) or '', sorted(zone_names()))}",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"}


class Language:
    """A language of CLDR such as `de` or `pt-BR`; the value has hyphens."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        language = as_language(node) if isinstance(node, str) else None
        if language is not None:
            return language
        return reading.wrong(
            f"`{name}` must be a language such as en, de, fr, es, ja or pt-BR, not {display_text(node)}."
            f"{did_you_mean(source_text(node) or '', sorted(_languages()))}",
            line,
        )

    def schema(self) -> JsonSchema:
        return {"type": "string", "pattern": r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$"}


class TextOrTexts:
    """A text, or a map from language to text; the value is LanguageTexts."""

    plain = Text()
    language = Language()

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            text = self.plain.read(node, line, name, reading)
            return text if text is WRONG else LanguageTexts(text)
        texts: dict[str, Any] = {}
        for key, item in node.items():
            at = node.lines[key]
            language = self.language.read(key, at, f"a language of {name}", reading)
            texts[language] = self.plain.read(item, at, f"{name}.{key}", reading)
        if not texts:
            return reading.wrong(
                f"`{name}` has no text: give one, or a map such as {{en: ..., de: ...}}.", line
            )
        return WRONG if WRONG in [*texts, *texts.values()] else LanguageTexts(by_language=texts)

    def schema(self) -> JsonSchema:
        languages: JsonSchema = {
            "type": "object",
            "minProperties": 1,
            "propertyNames": self.language.schema(),
        }
        return {"anyOf": [self.plain.schema(), {**languages, "additionalProperties": self.plain.schema()}]}


def as_language(text: str) -> str | None:
    """The language as CLDR writes it, with hyphens; None where CLDR does not have it."""
    return _languages().get(text.replace("_", "-").casefold())


@cache
def _languages() -> dict[str, str]:
    """By name in small letters. Babel is imported where a document names a language, and not before."""
    from babel import localedata

    names = (name.replace("_", "-") for name in localedata.locale_identifiers())
    return {name.casefold(): name for name in names}
