"""A draft mapping as YAML, in version 1 of the format: each guess with what speaks for it on its line.

The only module that knows how a draft is written.
"""

from collections.abc import Iterator, Mapping

from graph_models.counts import say_count
from impactgraph.discovery.mapping_draft import ActivityGuess, Guess, MappingDraft
from impactgraph.discovery.yaml_text import comment, scalar

_LISTS = ("completed", "cancelled")
_MAPS = ("steps", "postings", "notifications", "tasks", "supplier_orders", "failed")


def mapping_yaml(draft: MappingDraft) -> str:
    """The draft as a document that `--mapping` accepts."""
    return "\n".join(_document(draft)) + "\n"


def _document(draft: MappingDraft) -> Iterator[str]:
    entries = say_count(draft.rows, "entry", "entries")
    yield f"# A draft, made by `impactgraph discover` from {entries}: look at what is unsure."
    yield f"source: {scalar(draft.source.value)}{_why(draft.source)}"
    yield "order:"
    yield from _fields(draft.order)
    placing = _of_section(draft, "placed")
    if placing:
        yield "  placed:"
        for each, _ in placing:
            yield f"    - {scalar(each.activity)}{_why(each)}"
    if draft.attributes:
        yield "  attributes:"
        yield from _fields(draft.attributes, "    ")
    yield "fulfillment:"
    yield from _fields(draft.fulfillment)
    for section in _MAPS:
        members = _of_section(draft, section)
        if members:
            yield f"{section}:"
        for each, value in members:
            written_text = _posting(value, draft.posting) if section == "postings" else scalar(value)
            yield f"  {_key(each.activity)}: {written_text}{_why(each)}"
    for section in _LISTS:
        members = _of_section(draft, section)
        if members:
            yield f"{section}:"
        for each, _ in members:
            yield f"  - {scalar(each.activity)}{_why(each)}"
    if draft.csv:
        yield "csv:"
        yield from _fields(draft.csv)
    yield from _fields(draft.whole, "")
    yield from _comments(draft)


def _comments(draft: MappingDraft) -> Iterator[str]:
    for name, guess in draft.posting.items():
        yield comment(f"{name} of postings: {guess.value}: {guess.sureness.value}: {guess.evidence}").lstrip()
    for each in draft.activities:
        if not each.meanings:
            yield comment(f"left out: activity {each.activity}: {each.evidence}").lstrip()
    if draft.spare_columns:
        yield comment(f"not used: {', '.join(draft.spare_columns)}").lstrip()


def _of_section(draft: MappingDraft, section: str) -> list[tuple[ActivityGuess, str]]:
    return [(each, value) for each in draft.activities for name, value in each.meanings if name == section]


def _fields(guesses: Mapping[str, Guess], indent: str = "  ") -> Iterator[str]:
    for name, guess in guesses.items():
        yield f"{indent}{_key(name)}: {_value(guess)}{_why(guess)}"


def _value(guess: Guess) -> str:
    return f"{{attribute: {scalar(guess.value)}}}" if guess.is_attribute else scalar(guess.value)


def _posting(type_: str, fields: Mapping[str, Guess]) -> str:
    if not fields:
        return scalar(type_)
    values = "".join(f", {name}: {_value(guess)}" for name, guess in fields.items())
    return f"{{type: {scalar(type_)}{values}}}"


def _key(name: str) -> str:
    """A key of a map: as a scalar, since a colon or a number sign in it would end it."""
    return scalar(name)


def _why(guess: Guess | ActivityGuess) -> str:
    return comment(f"{guess.sureness.value}: {guess.evidence}")
