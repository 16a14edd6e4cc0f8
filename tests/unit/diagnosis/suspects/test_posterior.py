"""Likelihoods of suspects, with "nothing has failed" among the hypotheses."""

import pytest

from graph_models.scope import EVERYWHERE
from impactgraph.diagnosis.suspects.hypotheses import Hypothesis
from impactgraph.diagnosis.suspects.posterior import likely
from impactgraph.diagnosis.suspects.rank import Explanation
from impactgraph.diagnosis.suspects.transits import Place


def explanation(element: str, score: float) -> Explanation:
    none = frozenset[Place]()
    return Explanation(
        hypotheses=(Hypothesis(element, none, none, frozenset(), none),),
        score=score,
        scope=EVERYWHERE,
        window=(0, 1),
        ends=0,
        expected_ends=0,
        errors=0,
        usual_errors=0,
        named_elements=(),
        detours=0,
        usual_detours=0,
    )


def test_what_explains_little_is_less_likely_than_that_nothing_has_failed() -> None:
    (found,) = likely([explanation("system:a", 3.0)], [], 50)

    assert found.likelihood < 0.5


def test_what_explains_much_is_nearly_certain() -> None:
    found = likely([explanation("system:a", 20.0), explanation("system:b", 5.0)], [], 50)

    assert [each.explanation.hypotheses[0].element for each in found] == ["system:a", "system:b"]
    assert found[0].likelihood == pytest.approx(1.0, abs=1e-4)
    assert sum(each.likelihood for each in found) < 1.0


def test_two_that_explain_different_things_are_both_likely() -> None:
    a, b, both = explanation("system:a", 100.0), explanation("system:b", 60.0), explanation("system:c", 110.0)

    found = likely([both, a, b], [(a, b)], 50)

    assert {each.explanation.hypotheses[0].element for each in found if each.likelihood > 0.9} == {
        "system:a",
        "system:b",
    }


def test_one_that_explains_everything_is_likelier_than_two_that_share_it() -> None:
    a, b, both = explanation("system:a", 60.0), explanation("system:b", 50.0), explanation("system:c", 110.0)

    found = likely([both, a, b], [(a, b)], 50)

    assert found[0].explanation.hypotheses[0].element == "system:c"
    assert found[0].likelihood > 0.9
