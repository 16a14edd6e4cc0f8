"""Names of pods, containers and hosts lead to the elements whose names they have in them."""

import pytest

from graph_models.topology import System, Topology
from impactgraph.alerts.message import AlertMessage, AlertState
from impactgraph.alerts.rules import Subject
from impactgraph.alerts.rules_format import parse_rules
from impactgraph.alerts.suggestions import Suggester, rule_text

NAMES = "checkout", "catalogue", "catalogue-db", "payments-db", "payments", "cart", "node-1", "ad"
SUGGESTER = Suggester(Topology(systems={name: System(name, name) for name in NAMES}))


def suggested(name: str = "HighErrorRate", **labels: str) -> list[str]:
    message = AlertMessage("k", AlertState.FIRING, 0, name, labels=labels)
    return [each.element.removeprefix("system:") for each in SUGGESTER.suggest(message)]


@pytest.mark.parametrize(
    ("value", "element"),
    [
        ("checkout-svc-prod-7f9c", "checkout"),
        ("catalogue-svc-prod-kq2x", "catalogue"),
        ("catalogue-db-5d8c9b7f6d-x2lkq", "catalogue-db"),
        ("payments_db_primary", "payments-db"),
        ("ad-6bf7d9c44-zxv8w", "ad"),
        ("cart:8080", "cart"),
        ("cart.shop.svc.cluster.local:9090", "cart"),
        ("opentelemetry-demo-cart", "cart"),
        ("docker-compose_cart_1", "cart"),
        ("cartservice-7f9c8d-x2x9z", "cart"),
        ("adservice", "ad"),
        ("node-1:9100", "node-1"),
        ("payment", "payments"),
    ],
)
def test_the_longest_name_in_a_value_is_meant(value: str, element: str) -> None:
    assert suggested(pod=value) == [element]


def test_the_pod_goes_before_the_namespace_that_has_the_name_of_an_element() -> None:
    assert suggested(namespace="payments", pod="checkout-7f9c8d6b5-x2x9z") == ["checkout"]
    assert suggested(namespace="payments", pod="other-7f9c8d6b5-x2x9z") == ["payments"]


def test_names_of_four_words_are_read_in_the_name_of_an_alert() -> None:
    suggester = Suggester(
        Topology(systems={name: System(name, name) for name in ("ts-price-service", "ts-food-price-service")})
    )
    message = AlertMessage("k", AlertState.FIRING, 0, "TsFoodPriceServiceErrors")

    assert suggester.suggest(message)[0].element == "system:ts-food-price-service"


@pytest.mark.parametrize(
    ("value", "alike", "other"),
    [
        ("cart-7f9c8d6b5-x2x9z", "cart-5d8c9b7f6d-kqlzv", "cart-db-7f9c8d6b5-x2x9z"),
        ("docker-compose_cart_1", "docker-compose_cart_2", "docker-compose_cart_db_1"),
        ("cart:8080", "cart:9090", "cart-db:8080"),
        ("cart.shop", "cart.shop", "cart-shop"),
        ("node-1:9100", "node-1:9200", "node-2:9100"),
    ],
)
def test_the_rule_of_a_suggestion_fits_the_other_instances(value: str, alike: str, other: str) -> None:
    message = AlertMessage("k", AlertState.FIRING, 0, "Down", labels={"pod": value})
    (suggestion,) = SUGGESTER.suggest(message)
    rules = parse_rules("rules:\n" + rule_text("alertmanager", suggestion, "Down"))

    def fits(pod: str) -> bool:
        return rules.first_match(Subject("alertmanager", "prod", "Down", {"pod": pod})) is not None

    assert [fits(value), fits(alike), fits(other)] == [True, True, False]
