"""Expressions give what the library gives, and never raise on account of a record."""

from decimal import Decimal
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from impactgraph.ingest.expressions import Expression, Template, text_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a", "b", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
LEAVES = st.sampled_from(
    ["a", "b", "a.b", "a.b.c", "'a'", "''", "`1`", "`true`", '`"a"`', "a[0]", "b[].a", "@"]
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["==", "!=", "&&", "||", "<", "|"]), inner)
        | st.builds("!{}".format, inner)
        | st.builds("contains({}, {})".format, inner, inner)
    ),
    max_leaves=4,
)


@given(EXPRESSIONS, VALUES)
def test_an_expression_gives_what_the_library_gives(text: str, value: Any) -> None:
    try:
        expected = jmespath.search(text, value)
    except (JMESPathError, TypeError):
        expected = None

    assert Expression(text).value(value, []) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0000004711", "4711"),
        (" 0047 ", "47"),
        (4711, "4711"),
        ("0000", "0"),
        ("R-0017", "R-0017"),
        ("00A1", "00A1"),
        ("\u0660\u0661", "\u0660\u0661"),
        ("", None),
        (None, None),
    ],
)
def test_zeros_before_a_number_can_be_left_out(value: Any, expected: str | None) -> None:
    notes: list[str] = []

    assert Template("{without_zeros(n)}").value({"n": value}, notes) == expected
    assert Template("D/{without_zeros(n)}").value({"n": value}, notes) == (expected and f"D/{expected}")
    assert not notes


def test_what_cannot_be_computed_is_noted() -> None:
    notes: list[str] = []

    assert Expression("contains(tags, 'a')").value({}, notes) is None
    assert "the expression `contains(tags, 'a')` cannot be computed" in notes[0]


@pytest.mark.parametrize("text", ["", "a b", "a[", "'a", "a ==", "foo(", "@@", "a." * 5000 + "a"])
def test_what_is_no_expression_is_a_value_error(text: str) -> None:
    try:
        Expression(text)
    except ValueError as error:
        assert str(error)
    else:
        assert text.startswith("a.a.")


def test_the_names_of_an_expression_are_the_fields_of_the_record() -> None:
    text = "(lines[?sku == 'x'].price | [0]) || total.net || join('-', [a, record.b.c])"

    expression = Expression(text)

    assert expression.names == {"lines", "total", "a", "record"}
    assert expression.record_names == {"b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("{a}", 1),
        ("{a}/{b.c}", "1/x"),
        ("{{{a}}}", "{1}"),
        ("{missing}", None),
        ("{a}/{missing}", None),
        ("{'}'}", "}"),
        ("{{a: a}.a}", None),
        ("{ {n: a}.n }", 1),
        ('{"odd name"}', "y"),
    ],
)
def test_a_template_is_text_with_expressions(text: str, expected: Any) -> None:
    record = {"a": 1, "b": {"c": " x "}, "odd name": "y"}

    if expected is None and "missing" not in text:
        with pytest.raises(ValueError):
            Template(text)
        return
    assert Template(text).value(record, []) == expected


@pytest.mark.parametrize("text", ["{", "}", "a}", "{a", "{}", "{a b}"])
def test_a_template_with_an_error_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Template(text)


@given(VALUES)
def test_any_value_has_a_text_without_spaces_around_it(value: Any) -> None:
    text = text_of(value)

    assert text is None or (text == text.strip() and text)


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_a_whole_number_has_one_text_however_it_is_written(number: int) -> None:
    """An id is 1001 in one document and 1001.0 in another."""
    assert {text_of(number), text_of(float(number)), text_of(Decimal(f"{number}.00"))} == {str(number)}


@pytest.mark.parametrize(
    "number", [Decimal("5.10"), Decimal("1E+999"), 0.5, 1e300, float("nan"), float("inf")]
)
def test_other_numbers_keep_their_text(number: float | Decimal) -> None:
    assert text_of(number) == str(number)
