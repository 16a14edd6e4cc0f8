"""Topologies from documents, files and folders."""

import shutil
from pathlib import Path

import pytest

from graph_models.enums import ElementKind, FailureClass, RecordKind, Transport
from graph_models.needs import Choice, Needs
from graph_models.time import DAY, HOUR, MINUTE, SECOND
from graph_models.topology import (
    Buffer,
    Emission,
    Integration,
    Location,
    Retry,
    Schedule,
    Takes,
    Topology,
    Transition,
    When,
    kind_of,
)
from impactgraph.errors import BadInputError
from impactgraph.topology.load import check_path, parse_topology

RETAILER = Path(__file__).parents[3] / "fixtures" / "topologies" / "retailer.yaml"


@pytest.fixture(scope="module")
def retailer() -> Topology:
    return check_path(RETAILER).require_topology()


def parsed(text: str) -> Topology:
    return parse_topology({"a.yaml": text})


def step(text: str, *, more: str = "") -> str:
    """A topology with one workflow of the steps `a` and `b`, where `text` is the rest of a's body."""
    return f"""
systems: {{s: {{}}, x: {{}}, y: {{}}, z: {{}}}}
integrations: {{i: {{from: s, to: x, transport: queue}}, j: {{from: s, to: y, transport: sync}}}}
data: {{d: {{system: s}}}}
workflows:
  w:
    steps:
      a: {{runs_on: s, {text}}}
      b: {{runs_on: s}}
{more}"""


def test_the_example_has_no_errors_and_no_warnings() -> None:
    result = check_path(RETAILER)

    assert (result.errors, result.warnings) == ((), ())


def test_an_integration_keeps_every_field(retailer: Topology) -> None:
    assert retailer.integrations["store-adjustments"] == Integration(
        key="store-adjustments",
        name="store-adjustments",
        source="system:pos",
        target="system:oms",
        transport=Transport.QUEUE,
        via=("system:broker",),
        carries=("inventory_adjustment",),
        retry=Retry(attempts=5, backoff=30 * SECOND),
        dead_letter="store-adjustments.dlq",
        buffer=Buffer(capacity=50_000, rate=3000 / MINUTE, retention=4 * HOUR),
        schema="adjustment@3",
        owner="integration",
        slo_latency=MINUTE,
    )


def test_an_api_is_the_end_of_an_integration_where_the_key_is_an_apis(retailer: Topology) -> None:
    assert retailer.integrations["capture"].target == "api:payments.capture"


def test_retrying_may_have_an_end(retailer: Topology) -> None:
    assert retailer.integrations["capture"].retry == Retry(
        attempts=4, backoff=15 * SECOND, lasting=2 * MINUTE
    )


def test_a_batch_has_its_schedule(retailer: Topology) -> None:
    assert retailer.integrations["oms-to-erp"].schedule == Schedule(
        every=15 * MINUTE, timezone="Europe/Lisbon"
    )


def test_steps_keep_the_order_of_the_document(retailer: Topology) -> None:
    assert [step.key for step in retailer.workflows["ship-from-store"].steps] == [
        "capture",
        "promise",
        "pick",
        "pack",
        "ship",
        "deliver",
    ]


def test_a_step_keeps_its_emissions_in_order(retailer: Topology) -> None:
    goods_issue, invoice, shipped = retailer.workflows["ship-from-store"].step("ship").emits

    assert goods_issue == Emission(
        RecordKind.POSTING, "goods_issue", "integration:oms-to-erp", 30 * MINUTE, amount=0.6, account="5000"
    )
    assert invoice == Emission(
        RecordKind.POSTING, "invoice", "integration:oms-to-erp", HOUR, ("goods_issue",), 1.0, "4000"
    )
    assert shipped == Emission(
        RecordKind.NOTIFICATION, "shipped", "integration:oms-to-mailer", 10 * MINUTE, channel="email"
    )


def test_durations_may_have_a_spread(retailer: Topology) -> None:
    assert retailer.workflows["ship-from-store"].step("pick").takes == Takes(45 * MINUTE, 2 * HOUR)


def test_a_bare_key_after_then_is_a_step_without_conditions(retailer: Topology) -> None:
    assert retailer.workflows["ship-from-store"].step("pack").then == (Transition("ship"),)


def test_a_playbook_says_what_it_is_for(retailer: Topology) -> None:
    playbook = retailer.playbooks["drain-dead-letters"]

    assert (playbook.kinds, playbook.classes, playbook.steps[1].approval) == (
        ("integration",),
        (FailureClass.SCHEMA_MISMATCH,),
        "finance",
    )


def test_every_kind_of_element_is_in_the_example(retailer: Topology) -> None:
    assert {kind_of(element) for element in retailer.elements.values()} == set(ElementKind)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("needs: [x, 'integration:i']", Needs(("system:x", "integration:i"))),
        ("any_of: [[x], [y, z]]", Needs((Choice((("system:x",), ("system:y", "system:z"))),))),
        ("any_of: [x, [y, z]]", Needs((Choice((("system:x",), ("system:y", "system:z"))),))),
        (
            "needs: [z], any_of: [[x], [y]], switch_after: 10m",
            Needs(("system:z", Choice((("system:x",), ("system:y",)), 10 * MINUTE))),
        ),
        (
            "needs: [{any_of: [[x], [y]], switch_after: PT90S}, z]",
            Needs((Choice((("system:x",), ("system:y",)), 90 * SECOND), "system:z")),
        ),
        (
            "needs: [{any_of: [[x], [y]]}, {any_of: [[i], [j]]}]",
            Needs((Choice((("system:x",), ("system:y",))), Choice((("integration:i",), ("integration:j",))))),
        ),
        ("optional: [x, SYSTEM:y]", Needs((), ("system:x", "system:y"))),
        ("needs: ~", Needs()),
    ],
)
def test_needs_may_be_written_in_every_form(text: str, needs: Needs) -> None:
    assert parsed(step(text)).workflows["w"].step("a").needs == needs


def test_a_system_needs_as_a_step_does() -> None:
    topology = parsed(
        "systems: {a: {needs: [b], any_of: [[c], [d]], optional: [e]}, b: {}, c: {}, d: {}, e: {}}"
    )

    assert topology.systems["a"].needs == Needs(
        ("system:b", Choice((("system:c",), ("system:d",)))), ("system:e",)
    )


def test_needs_may_go_round_in_a_circle() -> None:
    topology = parsed("systems: {a: {needs: [b]}, b: {needs: [a]}}")

    assert topology.systems["b"].needs == Needs(("system:a",))


@pytest.mark.parametrize(
    ("text", "transition"),
    [
        ("then: [b]", Transition("b")),
        ("then: ['step:w/b']", Transition("b")),
        ("then: ['step:b']", Transition("b")),
        ("then: [{step: b, via: i, share: 0.25}]", Transition("b", "integration:i", share=0.25)),
        (
            "then: [{step: b, when: {channels: [web], modes: [m], location_kinds: [DC], regions: [r]}}]",
            Transition("b", when=When(("web",), ("m",), ("dc",), ("r",))),
        ),
    ],
)
def test_a_next_step_may_be_written_in_every_form(text: str, transition: Transition) -> None:
    assert parsed(step(text)).workflows["w"].step("a").then == (transition,)


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("every: 90s", Schedule(every=90 * SECOND)),
        ("every: P1D", Schedule(every=DAY)),
        ("every: '0 6 * * 1-5'", Schedule(cron="0 6 * * 1-5")),
        ("cron: '*/15 * * * *'", Schedule(cron="*/15 * * * *")),
    ],
)
def test_a_schedule_is_an_interval_or_a_cron_expression(text: str, schedule: Schedule) -> None:
    topology = parsed(
        f"systems: {{a: {{}}}}\nintegrations: {{i: {{from: a, to: a, transport: FILE, {text}}}}}"
    )

    assert topology.integrations["i"].schedule == schedule


@pytest.mark.parametrize(
    ("rate", "per_second"), [("50/s", 50), ("600/min", 10), ("9000/h", 2.5), ("0.5/s", 0.5)]
)
def test_a_rate_is_kept_in_messages_a_millisecond(rate: str, per_second: float) -> None:
    topology = parsed(
        f"systems: {{a: {{}}}}\nintegrations: "
        f"{{i: {{from: a, to: a, transport: queue, buffer: {{rate: {rate}}}}}}}"
    )

    assert topology.integrations["i"].buffer.rate == pytest.approx(per_second / SECOND)


def test_text_that_looks_like_a_number_is_taken_as_it_is_written() -> None:
    topology = parsed("systems: {a: {}}\napis: {b: {system: a, version: 2.10, schema: 7}}")

    assert (topology.apis["b"].version, topology.apis["b"].schema) == ("2.10", "7")


def test_a_field_without_a_value_is_as_one_left_out() -> None:
    assert parsed("systems: {a: {owner: , tier: ~, needs: }, b: }") == parsed("systems: {a: {}, b: {}}")


def test_the_name_is_the_key_where_it_is_left_out() -> None:
    topology = parsed(step("takes: 5s"))

    assert [
        topology.elements[each].name
        for each in ("system:s", "integration:i", "data:d", "workflow:w", "step:w/a")
    ] == ["s", "i", "d", "w", "a"]


def test_files_of_a_folder_may_refer_to_each_other(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.yaml").write_text("integrations: {i: {from: x, to: x, transport: sync}}")
    (tmp_path / "b" / "c.yml").write_text("impactgraph: 1\nsystems: {x: {}}\n")
    (tmp_path / ".hidden.yaml").write_text("not: [a topology")

    assert check_path(tmp_path).require_topology().integrations["i"].source == "system:x"


def test_locations_come_from_a_table_beside_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.yaml").write_text("locations_csv: t.csv\nlocations: {l1: {kind: dc}}")
    (tmp_path / "b" / "t.csv").write_bytes(
        '\ufeffname,id,kind,region\r\n"Rua A, 1",l2,Store,emea\r\n\r\n,l3,3pl,\r\n'.encode()
    )

    assert check_path(tmp_path).require_topology().locations == {
        "l1": Location("l1", "dc", None, "l1"),
        "l2": Location("l2", "store", "emea", "Rua A, 1"),
        "l3": Location("l3", "3pl", None, "l3"),
    }


def test_what_was_read_can_be_read_again_from_its_texts(tmp_path: Path) -> None:
    shutil.copy(RETAILER, tmp_path / "a.yaml")
    (tmp_path / "b.yaml").write_text("locations_csv: [tables/t.csv]")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "t.csv").write_text("id,kind\nl9,dc\n")

    documents = check_path(tmp_path).documents

    assert list(documents) == ["a.yaml", "b.yaml", "tables/t.csv"]
    assert parse_topology(documents) == check_path(tmp_path).require_topology()


def test_a_single_file_is_read_with_its_own_name() -> None:
    assert check_path(RETAILER).documents == {"retailer.yaml": RETAILER.read_text()}


def test_a_table_that_is_missing_is_reported_when_documents_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("locations_csv: t.csv")

    result = check_path(tmp_path)

    assert list(map(str, result.errors)) == ["a.yaml:1: `locations_csv`: there is no file t.csv."]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nowhere.yaml", "there is no file {path}."),
        ("empty", "There is no file *.yaml or *.yml in the folder {path}."),
        ("latin.yaml", "latin.yaml is not text in UTF-8 (byte 12): save it in UTF-8."),
    ],
)
def test_what_cannot_be_read_is_reported(tmp_path: Path, path: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin.yaml").write_bytes("teams: {t: {\u00e9: x}}".encode("latin-1"))

    with pytest.raises(BadInputError) as caught:
        check_path(tmp_path / path).require_topology()

    assert caught.value.problems[0].message == told.format(path=tmp_path / path)
