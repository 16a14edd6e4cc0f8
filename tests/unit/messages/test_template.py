"""Texts with placeholders, plurals and choices."""

import pytest

from impactgraph.messages.template import TemplateError, parse_template


def plural(number: int) -> str:
    return "one" if number == 1 else "other"


@pytest.mark.parametrize(
    ("source", "values", "text"),
    [
        ("Your order {order}.", {"order": "O-1"}, "Your order O-1."),
        ("We're { order }", {"order": "O-1"}, "We're O-1"),
        ("{n, plural, one {# part} other {# parts}}", {"n": 1}, "1 part"),
        ("{n, plural, one {# part} other {# parts}}", {"n": 3}, "3 parts"),
        ("{n, plural, =0 {none} other {#}}", {"n": 0}, "none"),
        ("{n, plural, other {# of {all}}}", {"n": 2, "all": 5}, "2 of 5"),
        ("{at, select, none {now} other {at {at}}}", {"at": ""}, "now"),
        ("{at, select, none {now} other {at {at}}}", {"at": "noon"}, "at noon"),
        ("{a, select, x {X} other {{n, plural, one {1} other {#}}}}", {"a": "y", "n": 7}, "7"),
        ("'{'literally'}' # {order}", {"order": "O-1"}, "{literally} # O-1"),
    ],
)
def test_a_text_with_values(source: str, values: dict[str, str | int], text: str) -> None:
    assert parse_template(source).text(values, plural) == text


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{order", "{order} is not closed, or is not `plural` or `select`"),
        ("a }", "it has a `}` without a `{`"),
        ("{}", "a placeholder such as {order} is expected at '{}'"),
        ("{n, plural, one {1}}", "{n} has no branch `other`"),
        ("{n, plural, one {1", "the branch `one` of {n} is not closed"),
        ("{n, ordinal, other {1}}", "{n} is not closed, or is not `plural` or `select`"),
        ("{n, plural, other 1}", "{n} is not closed, or has a branch without braces"),
    ],
)
def test_problems_are_reported(source: str, problem: str) -> None:
    with pytest.raises(TemplateError) as raised:
        parse_template(source)

    assert str(raised.value) == problem


def test_all_names_are_known() -> None:
    assert parse_template("{a} {b, select, x {{c}} other {}}").names == {"a", "b", "c"}
