"""Masks of personal values: nothing of a value is left, and different values stay different."""

from hypothesis import given
from hypothesis import strategies as st

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.journal import Change, ChangeKind, Journal
from graph_models.masking import Masks
from graph_models.scope import Scope

VALUES = st.lists(
    st.text(min_size=4, max_size=12).filter(lambda text: "•" not in text), min_size=1, max_size=4
)


def reported(number: int, value: str, text: str = "") -> Failure:
    scope = Scope.from_mapping({"attributes.email": [value], "regions": ["emea"]})
    return Failure(f"F-{number}", "system:oms", FailureClass.OUTAGE, number, scope=scope, summary=text)


@given(VALUES, st.lists(st.sampled_from(["upper", "lower", "title", "strip"]), min_size=4, max_size=4))
def test_no_text_has_a_value_however_it_is_written(values: list[str], forms: list[str]) -> None:
    written = [getattr(value, form)() for value, form in zip(values, forms, strict=False)]
    text = " and ".join([*values, *written])
    failures = [reported(number, value, text) for number, value in enumerate(values)]
    journal = Journal(changes=(Change("C", ChangeKind.OTHER, 0, scope=failures[0].scope, summary=text),))
    masks = Masks.of(["email"], failures, journal)

    shown = [masks.failure(failure) for failure in failures]
    (change,) = masks.journal(journal).changes

    for value in values:
        assert all(value not in each.summary and value not in str(each.scope) for each in shown)
        assert value not in change.summary and value not in str(change.scope)
    assert len({each.scope for each in shown}) == len(set(values))
    assert change.scope == shown[0].scope
    assert all(each.scope.values("regions") == ("emea",) for each in shown)


@given(VALUES)
def test_a_later_report_changes_no_mask(values: list[str]) -> None:
    failures = [reported(number, value) for number, value in enumerate(values)]

    earlier, later = (Masks.of(["email"], failures[:end], Journal()) for end in (1, len(failures)))

    assert earlier.failure(failures[0]).scope == later.failure(failures[0]).scope


def test_other_attributes_are_shown() -> None:
    failure = reported(1, "jane@example.com", "jane@example.com")

    assert Masks.of(["phone"], [failure], Journal()).failure(failure) == failure
