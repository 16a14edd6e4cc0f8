"""Letters of text messages."""

import pytest

from impactgraph.messages.gsm import as_gsm, fits, is_gsm


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Größe für 5 €", "Größe für 5 €"),
        ("prête à être retirée", "prete à etre retirée"),
        ("mañana está", "mañana esta"),
        ("d\u2019ici\u00a0là \u2026", "d'ici là ..."),
        ("準備中です", "準備中です"),
    ],
)
def test_accents_that_the_alphabet_lacks_are_left_out(text: str, plain: str) -> None:
    assert as_gsm(text) == plain


def test_a_message_holds_160_letters_or_70_of_any_kind() -> None:
    assert fits("a" * 160) and not fits("a" * 161)
    assert fits("€" * 80) and not fits("€" * 81)
    assert fits("中" * 70) and not fits("中" * 71)
    assert not is_gsm("中")
