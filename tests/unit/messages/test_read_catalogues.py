"""Catalogues that a company edits: what it replaces, and what is wrong with them."""

from pathlib import Path

import pytest

from graph_models.customer_message import MessageForm
from impactgraph.errors import BadInputError
from impactgraph.messages.catalogue import SECTIONS, Catalogues
from impactgraph.messages.read_catalogues import catalogues_in, read_catalogues
from tests.unit.messages.facts import STANDARD, facts, message


def problems(text: str, base: Catalogues = STANDARD) -> list[str]:
    with pytest.raises(BadInputError) as raised:
        read_catalogues({"own.yaml": text}, base)
    return [str(problem) for problem in raised.value.problems]


def test_there_are_five_languages_with_every_text() -> None:
    assert STANDARD.languages == ("en", "de", "es", "fr", "ja")
    for catalogue in STANDARD.by_language.values():
        assert {name: set(texts) for name, texts in catalogue.sections.items()} == {
            name: set(texts) for name, texts in SECTIONS.items()
        }


def test_a_company_replaces_a_text_a_form_and_the_frame() -> None:
    own = read_catalogues(
        {
            "own.yaml": "language: en\nbrand: Nightjar\nframe: {short: '{brand}: {text}'}\n"
            "kinds:\n  being_prepared: {normal: 'We are on it! {expected}'}\n"
        },
        STANDARD,
    ).by_language["en"]

    assert message(facts(), catalogue=own).startswith("We are on it! We expect to deliver it today")
    assert message(facts(), catalogue=own, form=MessageForm.SHORT).startswith(
        "Nightjar: Your order O-019869 is being prepared."
    )


def test_a_frame_keeps_its_lines() -> None:
    own = read_catalogues(
        {
            "own.yaml": "language: en\nbrand: Nightjar\n"
            'frame: {normal: "Hello,\\n\\n{text}\\n\\nYours, {brand}"}'
        },
        STANDARD,
    ).by_language["en"]

    assert message(facts(), catalogue=own).splitlines()[::4] == ["Hello,", "Yours, Nightjar"]


def test_a_folder_is_read_over_the_standard_texts(tmp_path: Path) -> None:
    (tmp_path / "de.yml").write_text("language: de\nkinds: {received: 'Danke für {order}!'}\n", "utf-8")
    (tmp_path / "notes.txt").write_text("not a catalogue")

    own = catalogues_in(tmp_path)

    assert own.languages == STANDARD.languages
    assert own.by_language["de"].sections["kinds"]["received"].short.parts[0] == "Danke für "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "language: en\nkinds:\n  received: Thanks, {ordr}!",
            "own.yaml:3: `kinds.received`: there is no placeholder {ordr} here. Did you mean 'order'? Known: "
            "{amount}, {arrival}, {at}, {brand}, {changes}, {expected}, {late}, {notices}, {order}, {parts}, "
            "{place}, {risk}, {since}, {stage}.",
        ),
        (
            "language: en\nkinds:\n  recieved: Thanks!",
            "own.yaml:3: There is no text of `kinds` `recieved`. Did you mean 'received'?",
        ),
        (
            "language: en\nkind: {}",
            "own.yaml:2: There is no field `kind`. Did you mean 'kinds'?",
        ),
        (
            "language: en\nkinds: {received: {long: Thanks!}}",
            "own.yaml:2: There is no form of `kinds.received` `long`.",
        ),
        (
            "language: en\nmoments: {day: 'by {date'}",
            "own.yaml:2: `moments.day`: {date} is not closed, or is not `plural` or `select`.",
        ),
        (
            "language: en\nparts: {done: '{count, plural, single {a} other {b}}'}",
            "own.yaml:2: `parts.done`: a plural has no branch `single`; it may have =N, zero, one, two, few, "
            "many, other.",
        ),
        ("kinds: {}", "own.yaml:1: `language` is missing, such as `language: de`."),
        (
            "language: klingon",
            "own.yaml:1: `language` must be a language such as en or pt-BR, not 'klingon'.",
        ),
        ("- a", "own.yaml:1: A catalogue of messages is a map with `language` and sections such as `kinds`."),
        (
            "language: en\nlate: [a]",
            "own.yaml:2: `late` must be a map from name to text, not a list.",
        ),
        (
            "language: en\ndates: xx-YY",
            "own.yaml:2: `dates` must be a locale of CLDR such as de or en-GB, not 'xx-YY'.",
        ),
        ("language: en\ntime_words: soon", "own.yaml:2: `time_words` must be a list of words."),
    ],
)
def test_problems_are_reported_with_their_place(text: str, message: str) -> None:
    assert problems(text) == [message]


def test_a_new_language_needs_every_text() -> None:
    found = problems("language: nl\nkinds:\n  received: Bedankt voor {order}.")

    assert "own.yaml:2: `kinds.delivered` is missing: this language has no standard text." in found
    assert "own.yaml:1: `frame` is missing: this language has no standard text." in found
    assert not [each for each in found if "kinds.received" in each]
    assert len(found) == sum(map(len, SECTIONS.values())) - 1


def test_two_files_of_one_language_are_an_error() -> None:
    with pytest.raises(BadInputError, match=r"in two files: a\.yaml and this one"):
        read_catalogues({"a.yaml": "language: en", "b.yaml": "language: en"}, STANDARD)


def test_all_problems_of_all_files_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("language: en\nkinds: {x: a, y: b}")
    (tmp_path / "b.yaml").write_text("language: de\nlate: {z: a}")

    with pytest.raises(BadInputError) as raised:
        catalogues_in(tmp_path)

    assert len(raised.value.problems) == 3


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_texts_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(BadInputError, match="There is no"):
        catalogues_in(tmp_path / name)


@pytest.mark.parametrize(
    ("languages", "found"),
    [(("es-MX",), ("es-MX", "es")), (("sv", "de"), ("de", "de")), (("sv", None), ("en", "en"))],
)
def test_the_first_language_with_a_catalogue_is_taken(
    languages: tuple[str | None, ...], found: tuple[str, str]
) -> None:
    language, catalogue = STANDARD.closest(*languages)

    assert (language, catalogue.language) == found
