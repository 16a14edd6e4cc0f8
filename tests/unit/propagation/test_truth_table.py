"""Every failure class over every kind of edge, drawn as a table and compared with what the rules do."""

import pytest

from graph_models.enums import FailureClass, Transport
from graph_models.impairment import Impairments
from graph_models.scope import Scope
from graph_models.topology import Api, Data, Location, System, Topology
from impactgraph.propagation.rules import RULES
from tests.drawing import any_of, call, drawn, effects, failure, hit, step

# R rejected, B blocked, D delayed, S stale, U duplicated, G degraded, . nothing; two letters: both.
TABLE = """
edge                    OUTAGE TRANSIENT LATENCY BACKLOG SCHEMA_MISMATCH BUSINESS_RULE STALE_DATA DUPLICATE MISSED_RUN CAPACITY
system itself           B      B         D       D       R               R             S          U         G          D
system>api              B      B         D       D       R               R             S          U         G          D
target>sync             B      B         D       D       R               R             S          U         .          D
target>queue            B      R         D       D       R               R             .          U         .          D
target>stream           B      R         D       D       R               R             .          U         .          D
target>batch            B      B         D       D       R               R             .          U         B          D
target>file             B      B         D       D       R               R             .          U         B          D
api>sync                B      B         D       D       R               R             S          U         .          D
via>sync                B      B         D       D       R               R             S          U         .          D
via>queue               B      R         D       D       R               R             S          U         .          D
via>stream              B      R         D       D       R               R             S          U         .          D
via>batch               B      B         D       D       R               R             S          U         B          D
via>file                B      B         D       D       R               R             S          U         B          D
source>sync             B      B         D       D       R               .             S          U         .          D
source>queue            B      R         D       D       R               .             S          U         .          D
source>stream           B      R         D       D       R               .             S          U         .          D
source>batch            B      B         D       D       R               .             S          U         B          D
source>file             B      B         D       D       R               .             S          U         B          D
sync itself             B      B         D       D       R               R             S          U         .          D
queue itself            B      R         D       D       R               R             S          U         .          D
stream itself           B      R         D       D       R               R             S          U         .          D
batch itself            B      B         D       D       R               R             S          U         B          D
file itself             B      B         D       D       R               R             S          U         B          D
feed>data               S      S         S       S       S               S             S          S         .          S
data itself             B      B         D       S       R               R             S          S         S          D
data>step               B      B         D       S       R               R             S          S         S          D
system>data             .      .         .       .       .               .             S          .         .          .
runs_on>step            B      B         D       D       .               R             .          U         .          D
system>step             B      B         D       D       R               R             S          U         .          D
api>step                B      B         D       D       R               R             S          U         .          D
sync>step               B      B         D       D       R               R             S          U         .          D
system>system           B      B         D       D       R               R             S          U         .          D
optional>step           G      G         G       G       G               G             G          G         .          G
optional>system         G      G         DG      DG      G               G             G          G         .          DG
any_of>step             B      B         D       D       R               R             S          U         .          D
location>step           B      B         D       D       R               R             S          U         B          D
workflow>step           B      B         D       D       R               R             S          U         B          D
step itself             B      B         D       D       R               R             S          U         B          D
"""
LETTERS = {"R": "REJECTED", "B": "BLOCKED", "D": "DELAYED", "S": "STALE", "U": "DUPLICATED", "G": "DEGRADED"}
TRANSPORTS = {each.value: each for each in Transport}


def cells() -> list[tuple[str, FailureClass, list[str]]]:
    header, *rows = TABLE.strip().splitlines()
    classes = [FailureClass(word) for word in header.split()[1:]]
    words = [
        (row[:24].strip(), each, word)
        for row in rows
        for each, word in zip(classes, row[24:].split(), strict=True)
    ]
    return [(edge, each, [LETTERS[letter] for letter in word.strip(".")]) for edge, each, word in words]


def scene(edge: str) -> tuple[Topology, str, str]:
    """(a topology with the edge, what fails, what is looked at)."""
    start, _, end = edge.replace(" itself", ">itself").partition(">")
    if start in TRANSPORTS:
        return _from_integration(TRANSPORTS[start], end)
    if end in TRANSPORTS:
        landing = "erp.post" if start == "api" else "erp"
        topology = drawn(
            call("link", "oms", landing, TRANSPORTS[end], via=("system:hub",)), Api("erp.post", "erp")
        )
        return (
            topology,
            {"target": "system:erp", "api": "api:erp.post", "via": "system:hub", "source": "system:oms"}[
                start
            ],
            "integration:link",
        )
    return _among_the_rest(start, end)


def _from_integration(transport: Transport, end: str) -> tuple[Topology, str, str]:
    topology = drawn(call("link", "oms", "erp", transport), step("pick", "wms", "integration:link"))
    return topology, "integration:link", "integration:link" if end == "itself" else "step:ship/pick"


def _among_the_rest(start: str, end: str) -> tuple[Topology, str, str]:
    stock = Data("stock", "oms", ("integration:feed",))
    feed = call("feed", "pos", "oms", Transport.QUEUE)
    match start, end:
        case "feed", _:
            return drawn(feed, stock), "integration:feed", "data:stock"
        case "data", _:
            return (
                drawn(feed, stock, step("promise", "wms", reads=("data:stock",))),
                "data:stock",
                "data:stock" if end == "itself" else "step:ship/promise",
            )
        case "system", "data":
            return drawn(Data("stock", "oms")), "system:oms", "data:stock"
        case "system", "itself" | "api":
            return (
                drawn(Api("erp.post", "erp")),
                "system:erp",
                "system:erp" if end == "itself" else "api:erp.post",
            )
        case "api", _:
            return (
                drawn(Api("erp.post", "erp"), step("pick", "wms", "api:erp.post")),
                "api:erp.post",
                "step:ship/pick",
            )
        case "runs_on", _:
            return drawn(step("pick", "wms")), "system:wms", "step:ship/pick"
        case "any_of", _:
            return (
                drawn(System("erp", "erp"), step("pick", "wms", any_of("system:erp"))),
                "system:erp",
                "step:ship/pick",
            )
        case (("system" | "optional"), _):
            return _needing(optional=start == "optional", owner=end)
        case _:
            topology = drawn(step("pick", "wms"), Location("store-1", "store"))
            return (
                topology,
                {"location": "location:store-1", "workflow": "workflow:ship", "step": "step:ship/pick"}[
                    start
                ],
                "step:ship/pick",
            )


def _needing(*, optional: bool, owner: str) -> tuple[Topology, str, str]:
    needs = (
        step("x", "wms", optional=["system:erp"]).needs if optional else step("x", "wms", "system:erp").needs
    )
    if owner == "system":
        return drawn(System("erp", "erp"), System("wms", "wms", needs=needs)), "system:erp", "system:wms"
    optionals = needs.optional
    return (
        drawn(System("erp", "erp"), step("pick", "wms", *needs.required, optional=optionals)),
        "system:erp",
        "step:ship/pick",
    )


def failed(edge: str, what: FailureClass) -> tuple[Impairments, str]:
    topology, target, looked_at = scene(edge)
    return hit(topology, failure(target, what, delay="20m", error_rate=0.5)), looked_at


@pytest.mark.parametrize(("edge", "what", "expected"), cells())
def test_each_class_over_each_edge_has_the_effect_of_the_table(
    edge: str, what: FailureClass, expected: list[str]
) -> None:
    found, looked_at = failed(edge, what)

    assert effects(found, looked_at) == expected


@pytest.mark.parametrize(("edge", "what"), [(edge, what) for edge, what, expected in cells() if expected])
def test_each_effect_names_its_rule_and_explains_itself_without_placeholders(
    edge: str, what: FailureClass
) -> None:
    found, looked_at = failed(edge, what)

    for impairment in found.by_element[looked_at]:
        assert impairment.rule
        assert impairment.detail
        assert "{" not in impairment.detail


@pytest.mark.parametrize(("edge", "what"), [(edge, what) for edge, what, expected in cells() if expected])
def test_each_effect_stays_within_the_scope_of_the_failure(edge: str, what: FailureClass) -> None:
    topology, target, looked_at = scene(edge)
    there = Scope.of(regions=["emea"])

    found = hit(topology, failure(target, what, delay="20m", error_rate=0.5, scope=there))

    assert all(impairment.scope.is_within(there) for impairment in found.by_element[looked_at])


def test_every_row_of_the_rules_has_every_class() -> None:
    rows = {(edge, transport) for edge, transport, _ in RULES}

    assert all((*row, each) in RULES for row in rows for each in FailureClass)


def test_every_rule_says_in_one_line_what_it_does() -> None:
    assert all(rule.summary.endswith(".") and "\n" not in rule.summary for rule in RULES.values())


def test_a_name_stands_for_one_rule() -> None:
    rules = set(RULES.values())

    assert len({rule.name for rule in rules}) == len(rules)
