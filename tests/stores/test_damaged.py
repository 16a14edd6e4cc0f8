"""A store whose files are damaged is refused with what to do, or answers as before: never a wrong answer.

`python -m tests.corruption` damages more often.
"""

import random

import pytest

from tests.corruption.damage import Damage, random_damage
from tests.corruption.run import Sample, make_sample, try_damage
from tests.corruption.trial import HARMLESS, REFUSED

RECORD, LOG = "impactgraph.duckdb", "impactgraph.duckdb.wal"
IDENTITY, NUMBER, CHECKSUM = 5, 33, 40
"""Places in the file `commits`."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return make_sample(tmp_path_factory.mktemp("sample"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(4))
def test_damage_at_any_place_is_refused_or_harmless(sample: Sample, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        damage = random_damage(sample.folder, chance)

        found = try_damage(sample, damage)

        assert found.partition(":")[0] in (HARMLESS, REFUSED), f"{damage}: {found}"


@pytest.mark.parametrize("places_from_end", [1, 500, 20_000])
def test_a_write_ahead_log_that_is_cut_is_refused_with_what_is_missing(
    sample: Sample, places_from_end: int
) -> None:
    place = (sample.folder / LOG).stat().st_size - places_from_end

    found = try_damage(sample, Damage(LOG, "cut", place, 0))

    assert found.startswith(REFUSED)
    assert "were acknowledged" in found
    assert "Restore the folder from a backup" in found


@pytest.mark.parametrize("file", [RECORD, LOG])
def test_a_record_without_one_of_its_files_is_refused(sample: Sample, file: str) -> None:
    found = try_damage(sample, Damage(file, "remove", 0, 0))

    assert found.startswith(REFUSED)
    assert "missing" in found


def test_a_flipped_bit_of_any_file_of_the_snapshot_leaves_the_answers_as_they_are(sample: Sample) -> None:
    chance = random.Random(3)
    files = [path for path in sorted(sample.folder.glob("columns*/*")) if path.stat().st_size]
    for path in chance.sample(files, 6):
        place = chance.randrange(path.stat().st_size)
        damage = Damage(str(path.relative_to(sample.folder)), "flip", place, chance.randrange(8))

        assert try_damage(sample, damage) == HARMLESS


@pytest.mark.parametrize(
    ("kind", "place"),
    [("byte", IDENTITY), ("byte", NUMBER), ("byte", CHECKSUM), ("cut", CHECKSUM), ("cut", 0), ("remove", 0)],
)
def test_a_damaged_number_of_commits_leaves_the_answers_as_they_are(
    sample: Sample, kind: str, place: int
) -> None:
    assert try_damage(sample, Damage("commits", kind, place, ord("9"))) == HARMLESS
