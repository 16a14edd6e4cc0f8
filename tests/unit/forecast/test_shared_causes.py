"""What orders share is told apart from what is each order's own."""

import numpy as np
import pytest

from impactgraph.forecast.failure_ends import FailureEnds
from impactgraph.forecast.scenarios import SCENARIOS, scenario_sample
from impactgraph.forecast.shared_causes import shared_basis, shared_variance


def ends(*names: str) -> FailureEnds:
    shifts = {name: scenario_sample(f"end/{name}") * 1000.0 for name in names}
    return FailureEnds(dict.fromkeys(names, 0), shifts, ())


def centred(values: np.ndarray) -> np.ndarray:
    return (values - values.mean())[None, :]


def test_a_total_that_follows_an_end_varies_with_it_alone() -> None:
    by_scenario = centred(100.0 * scenario_sample("end/F"))

    variance = shared_variance(by_scenario, shared_basis(ends("F")))

    assert variance[0] == pytest.approx(by_scenario[0].var())


def test_totals_of_two_ends_that_both_matter_share_both() -> None:
    by_scenario = centred(100.0 * scenario_sample("end/F") + 50.0 * scenario_sample("end/G"))

    variance = shared_variance(by_scenario, shared_basis(ends("F", "G")))

    assert variance[0] == pytest.approx(by_scenario[0].var())


def test_durations_are_hardly_taken_for_something_shared() -> None:
    totals = np.concatenate([centred(scenario_sample(f"takes/step-{n}")) for n in range(200)])

    shares = shared_variance(totals, shared_basis(ends("F"))) / totals.var(axis=1)

    assert shares.mean() < 0.05


def test_nothing_is_shared_without_an_uncertain_end() -> None:
    known = FailureEnds({"F": 0}, {"F": np.zeros(SCENARIOS)}, ())

    assert shared_variance(centred(scenario_sample("end/F")), shared_basis(known)).tolist() == [0.0]


def test_many_ends_leave_freedom_to_distinguish_noise_from_them() -> None:
    basis = shared_basis(ends(*(f"F{n}" for n in range(60))))

    assert basis.shape[1] <= SCENARIOS // 3
    assert np.allclose(basis.T @ basis, np.eye(basis.shape[1]))
    assert np.allclose(basis.sum(axis=0), 0.0)
