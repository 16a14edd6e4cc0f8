"""Metrics: what a scrape has, and what it does not do."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from api.recent_situation import LEAST_SECONDS, RecentSituation
from api.workers import MAX_WORKERS, SLOW_WORKERS
from graph_models.impact import Question
from impactgraph.ports.store import Store
from impactgraph.usecases.answer import Answer
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.situation import situation
from impactgraph.usecases.snapshot import Snapshot
from tests.functional.http.serving import Api
from tests.functional.http.shop import NOW


class Asked:
    """Counts the answers that are computed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, s: Snapshot, question: Question) -> Answer:
        self.count += 1
        return answer_question(s, question)


def values(text: str) -> dict[str, float]:
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_state_of_the_store_and_of_queues_is_there(http: httpx.Client, shop: Store) -> None:
    figures = values(http.get("/metrics").text)

    with shop.columns() as columns:
        assert figures["impactgraph_watermark[]"] == columns.watermark
        assert figures["impactgraph_orders[]"] == len(columns.orders)
    assert figures["impactgraph_quarantine_size[]"] == len(shop.quarantined())
    assert figures["impactgraph_store_size_bytes[]"] > 0
    assert (figures["impactgraph_store_up[]"], figures["impactgraph_serving[]"]) == (1, 1)
    assert figures["impactgraph_latest_event_timestamp_seconds[]"] <= NOW / 1000
    assert figures["impactgraph_workers_limit[]"] == MAX_WORKERS + SLOW_WORKERS
    assert any(name.startswith("impactgraph_build_info") for name in figures)


def test_operations_are_timed_by_kind_and_field_with_bounded_labels(http: httpx.Client, api: Api) -> None:
    documents = ("{ failures { totalCount } }", "{ a: __typename b: __typename }", "{ nope }", "{ broken")
    before = values(http.get("/metrics").text)
    for document in documents:
        api.answer(document)
    after = values(http.get("/metrics").text)

    def more(field: str, kind: str = "query") -> float:
        name = f"impactgraph_graphql_operation_seconds_count{[('field', field), ('kind', kind)]}"
        return after.get(name, 0) - before.get(name, 0)

    assert (more("failures"), more("several"), more("invalid", "invalid")) == (1, 1, 2)
    assert not any("nope" in name for name in after)


def test_a_scrape_reads_the_last_situation_and_does_not_wait_for_the_next(shop: Store) -> None:
    asked, seconds = Asked(), [0.0]
    recent = RecentSituation(shop, asked, lambda: NOW, tick=lambda: seconds[0])

    def read_when_done() -> object:
        first = recent.read()
        if recent.computing is not None:
            recent.computing.join()
        return first

    assert read_when_done() is None
    computed = asked.count
    assert read_when_done() == situation(shop, answer_question, NOW)
    seconds[0] = LEAST_SECONDS - 0.1
    read_when_done()
    assert asked.count == computed > 0
    seconds[0] = LEAST_SECONDS
    read_when_done()
    assert asked.count == 2 * computed


def test_a_server_that_ends_computes_no_situation_any_more(shop: Store) -> None:
    asked = Asked()
    recent = RecentSituation(shop, asked, lambda: NOW)
    recent.wait()

    assert (recent.read(), asked.count) == (None, 0)
