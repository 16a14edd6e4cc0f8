"""YAML text to containers with lines."""

import pytest

from impactgraph.topology import document
from impactgraph.topology.document import MOST_DEPTH, Items, Map, Real, parse_document


def problems(text: str) -> list[str]:
    return [str(problem) for problem in parse_document(text, "a.yaml").problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("5:30", "5:30"),
        ("2026-11-23", "2026-11-23"),
        ("0x1F", "0x1F"),
        (".inf", ".inf"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("True", True),
        ("false", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("12", 12),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e3", 1000.0),
    ],
)
def test_words_are_typed_as_yaml_1_2_says(written: str, value: object) -> None:
    root = parse_document(f"a: {written}", "a.yaml").root

    assert isinstance(root, Map)
    assert (root["a"], type(root["a"]) is str) == (value, type(value) is str)


def test_a_number_remembers_how_it_was_written() -> None:
    root = parse_document("version: 2.10", "a.yaml").root

    assert isinstance(root, Map)
    assert isinstance(number := root["version"], Real)
    assert number.text == "2.10"


def test_every_key_and_item_knows_its_line() -> None:
    root = parse_document("a:\n  b: 1\n  c:\n    - x\n\n    - {d: 2,\n       e: 3}\n", "a.yaml").root

    assert isinstance(root, Map)
    assert isinstance(a := root["a"], Map)
    assert isinstance(c := a["c"], Items)
    assert isinstance(last := c[1], Map)
    assert (root.lines, a.lines, c.lines, last.lines) == (
        {"a": 1},
        {"b": 2, "c": 3},
        [4, 6],
        {"d": 6, "e": 7},
    )


def test_a_key_that_stands_twice_is_reported_with_both_places_and_the_first_counts() -> None:
    read = parse_document("a: 1\nb: {c: 1,\n c: 2}\na: {d: 3}\n", "a.yaml")

    assert read.root == {"a": 1, "b": {"c": 1}}
    assert [str(problem) for problem in read.problems] == [
        "a.yaml:3: The key 'c' stands twice: first at a.yaml:2, and here.",
        "a.yaml:4: The key 'a' stands twice: first at a.yaml:1, and here.",
    ]


def test_an_alias_stands_for_what_its_anchor_holds() -> None:
    root = parse_document("a: &x {b: [1]}\nc: *x\nd: [&y text, *y]", "a.yaml").root

    assert root == {"a": {"b": [1]}, "c": {"b": [1]}, "d": ["text", "text"]}


def test_aliases_that_multiply_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_REPEATED", 100)
    laughs = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))

    assert problems(laughs) == [
        "a.yaml:5: The aliases of this document stand for more than 100 nodes: write what they stand for, or "
        "generate the file."
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a: 1\nb: [1, 2\n\n",
            "a.yaml:2: This is not YAML: did not find expected ',' or ']' (while parsing a flow sequence "
            "that begins in line 2).",
        ),
        (
            "a: 1\nb: \x01",
            "a.yaml:2: This is not YAML: it holds a character that may not stand in it, such as a control "
            "character.",
        ),
        ("a: &x [*x]", "a.yaml:1: The alias *x stands for nothing that ends above it."),
        ("? [a]\n: 1", "a.yaml:1: A key must be text: a list or a map cannot be one."),
        ("a: &x k\n*x : 1", "a.yaml:2: A key must be written out: it cannot be an alias."),
    ],
)
def test_what_cannot_be_read_is_reported_with_its_line_and_gives_nothing(text: str, told: str) -> None:
    read = parse_document(text, "a.yaml")

    assert (read.root, [str(problem) for problem in read.problems]) == (None, [told])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n  <<: {b: 1}", "a.yaml:2: Merge keys (`<<`) are not part of YAML 1.2: write the fields out."),
        (
            "a: !!str 5",
            "a.yaml:1: Tags such as tag:yaml.org,2002:str are not used here: write the plain value.",
        ),
        (
            "a: !!map {}",
            "a.yaml:1: Tags such as tag:yaml.org,2002:map are not used here: write the plain value.",
        ),
        (
            "a: 1\n---\nb: 2",
            "a.yaml:2: A file holds one document: put what follows `---` into a file of its own.",
        ),
    ],
)
def test_parts_of_yaml_that_are_not_used_are_reported(text: str, told: str) -> None:
    assert problems(text) == [told]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", '[{"a": '])
def test_what_is_nested_too_deeply_is_refused_where_it_gets_too_deep(opening: str) -> None:
    """The whole of it would take minutes to parse."""
    parsed = parse_document(f"a: 1\nb:\n {opening * 200_000}", "deep.yaml")

    (problem,) = parsed.problems
    assert parsed.root is None
    assert (problem.file, problem.line) == ("deep.yaml", 3)
    assert problem.message.startswith(f"Lists and maps are nested more than {MOST_DEPTH} deep")


def test_a_document_may_be_nested_some_levels_deep() -> None:
    depth = MOST_DEPTH - 1

    assert not parse_document("a: " + "[" * depth + "]" * depth, "deep.yaml").problems
