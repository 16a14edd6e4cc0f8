"""Details of records, which are computed when they are read."""

import numpy as np

from impactgraph.forecast.record_outcomes import RecordDetails, RecordOutcomes, join_records


def _details(effect: int, at: float) -> RecordDetails:
    moments = np.array([at])
    return RecordDetails(
        effect=np.array([effect], np.int8),
        expected_at=moments,
        due_at=moments - 1.0,
        emitted_at=moments - 2.0,
        hit_by=np.array([effect], np.int16),
    )


def _unread() -> RecordDetails:
    raise AssertionError("nobody asked for the details")


def test_likelihoods_are_joined_without_the_details() -> None:
    part = RecordOutcomes(0, np.array([0.5]), _unread)

    (joined,) = join_records([(np.array([1]), [part]), (np.array([0]), [])])

    assert joined.likelihood.tolist() == [0.0, 0.5]


def test_details_are_joined_at_the_places_of_their_cohorts() -> None:
    parts = [
        (np.array([2]), [RecordOutcomes.known(3, np.array([1.0]), _details(1, 50.0))]),
        (np.array([0]), [RecordOutcomes.known(3, np.array([0.2]), _details(2, 70.0))]),
        (np.array([1]), []),
    ]

    (joined,) = join_records(parts)

    assert joined.effect.tolist() == [2, 0, 1]
    assert joined.hit_by.tolist() == [2, -1, 1]
    np.testing.assert_array_equal(joined.expected_at, [70.0, np.nan, 50.0])
    np.testing.assert_array_equal(joined.due_at, [69.0, np.nan, 49.0])
