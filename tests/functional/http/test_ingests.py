"""Ingests of files with their import reports, over GraphQL."""

from pathlib import Path

from impactgraph.usecases import Store
from impactgraph.usecases.ingest_files import FileIngest
from tests.functional.http.serving import Api
from tests.functional.http.shop import NOW

FOLDER = Path(__file__).parents[3] / "fixtures" / "faults" / "08-csv-rows-that-vanish"
INGESTS = """query($first: Int, $after: String) { ingests(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor }
  edges { node { number startedAt endedAt undoneAt names
    files { file entries taken repeated quarantined findings remarks
      passed { reason activity count example } } } } } }"""


def test_ingests_are_listed_newest_first_with_what_became_of_every_entry(api: Api, shop: Store) -> None:
    for _ in range(2):
        ingest = FileIngest(shop, [str(FOLDER / "c1.csv")], FOLDER / "map2.yaml", now=NOW)
        list(ingest.run())
    shop.undo_ingest(1, NOW)

    page = api.ask(INGESTS, first=1)["ingests"]
    rest = api.ask(INGESTS, first=1, after=page["pageInfo"]["endCursor"])["ingests"]

    (latest,), (earlier,) = ([edge["node"] for edge in each["edges"]] for each in (page, rest))
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    assert [(each["number"], each["undoneAt"] is None) for each in (latest, earlier)] == [
        (2, True),
        (1, False),
    ]
    (file,) = latest["files"]
    assert [file[name] for name in ("entries", "taken", "repeated", "quarantined")] == [4, 0, 2, 0]
    assert [(row["reason"], row["activity"], row["count"]) for row in file["passed"]] == [
        ("row without id", "Pick", 1),
        ("unmapped activity", "pick", 1),
    ]
