"""The search for the likeliest set of causes."""

import numpy as np
import pytest

from impactgraph.diagnosis.incidents.search import Model, Search


@pytest.mark.parametrize("broad", [1, 2, 5])
def test_causes_that_each_explain_a_part_better_replace_one_that_explains_all(broad: int) -> None:
    """However many others would explain all of it as well."""
    all_alike = np.ones((broad, 4))
    parts = np.array([[6.0, 6.0, 0.0, 0.0], [0.0, 0.0, 6.0, 6.0]])
    model = Model(
        log_prior=np.full(broad + 2, -5.0),
        rates=np.vstack([all_alike, parts]),
        false_alarm=np.full(4, 0.04),
        group=np.arange(broad + 2),
    )

    assert sorted(Search(model).best_set()) == [broad, broad + 1]
