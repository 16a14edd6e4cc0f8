"""Rules of alerts are read with lines and near names, and the first that matches wins."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from impactgraph.alerts.rules import AlertRules, Subject, check_text
from impactgraph.alerts.rules_format import load_rules, parse_rules, rules_schema, schema_text
from impactgraph.errors import BadInputError

WHOLE = """
rules:
  - match: {sender: [alertmanager, grafana], source: prod, name: "*Down", labels: {service: /oms|wms/}}
    element: "system:{service}"
    class: outage
    scope: {regions: [emea, "{region}"], attributes.brand: north}
    delay: 15m
    error_rate: 7%
    expected_in: 2h
    keeps_for: 30m
  - match: {labels: {environment: test}}
    ignore: true
  - match: {}
    element: "{element}"
    delay: "{lag}"
    error_rate: 0.5
"""


def problems(text: str) -> list[str]:
    with pytest.raises(BadInputError) as caught:
        parse_rules(text, "a.yaml")
    return [str(problem) for problem in caught.value.problems]


def line_of(rules: AlertRules, name: str = "", sender: str = "alertmanager", **labels: str) -> int:
    rule = rules.first_match(Subject(sender, "prod", name, labels))
    return rule.line if rule else 0


def test_the_first_rule_that_matches_wins() -> None:
    rules = parse_rules(WHOLE)

    assert [
        line_of(rules, "OmsDown", service="oms", environment="test"),
        line_of(rules, "OmsDown", service="omss", environment="test"),
        line_of(rules, "OmsUp", service="oms"),
        line_of(rules, "OmsDown", sender="sentry", service="oms"),
    ] == [3, 11, 13, 13]


def test_a_rule_that_names_a_label_does_not_match_an_alert_without_it() -> None:
    rules = parse_rules("rules: [{match: {labels: {service: '*'}}, element: 'system:oms'}]")

    assert (line_of(rules, service="x"), line_of(rules, app="x")) == (1, 0)


def test_all_problems_are_reported_with_their_lines() -> None:
    assert problems(
        """
rules:
  - match: {sender: alertmanagr, label: {a: b}}
    element: sytem:oms
    class: outag
  - match: {labels: {a: /(/}}
    element: system:oms
    scope: {region: emea}
    error_rate: 170%
  - element: system:oms
  - match: {name: a}
  - match: {name: a, source: b}
    ignore: true
    class: outage
  - 5
"""
    ) == [
        "a.yaml:3: `match.sender`: there is no sender 'alertmanagr'. Did you mean 'alertmanager'?",
        "a.yaml:3: there is no field `match.label`. Did you mean 'labels'?",
        "a.yaml:4: `element` must be the id of an element, such as system:oms or system:{service}, not "
        "'sytem:oms'. Did you mean 'system'?",
        "a.yaml:5: `class` must be outage, transient, latency, backlog, schema_mismatch, business_rule, "
        "stale_data, duplicate, missed_run or capacity, not 'outag'. Did you mean 'outage'?",
        "a.yaml:6: `match.labels.a`: '/(/' is not a pattern: missing ), unterminated subpattern at position "
        "0.",
        "a.yaml:8: there is no `scope.region`. Did you mean 'regions'?",
        "a.yaml:9: `error_rate`: '170%' is not a share such as 0.07 or 7 %.",
        "a.yaml:10: `match` is missing.",
        "a.yaml:11: `element` is missing: name the element that fails, or `ignore: true`.",
        "a.yaml:12: `ignore: true` stands alone: such alerts are passed over.",
        "a.yaml:15: a rule must be a map with `match`, not '5'.",
    ]


def test_a_rule_that_can_never_apply_is_refused() -> None:
    assert problems(
        "rules:\n  - {match: {name: a}, element: system:oms}\n  - {match: {name: [a]}, element: system:wms}\n"
    ) == [
        "a.yaml:3: it matches what the rule in line 2 matches: the first one wins, so that this one never "
        "applies."
    ]


@pytest.mark.parametrize("match", ["{}", "{name: }", "{labels: {}}"])
def test_to_ignore_every_alert_has_to_be_explicit(match: str) -> None:
    (problem,) = problems(f"rules:\n  - {{match: {match}, ignore: true}}\n")

    assert problem.startswith("a.yaml:2: `match` has no condition: every alert would be passed over.")
    parse_rules('rules:\n  - {match: {name: "*"}, ignore: true}\n')


@pytest.mark.parametrize("text", ["", "5", "rules: 5", "rules: [", "rool: []"])
def test_what_is_no_file_of_rules_is_refused(text: str) -> None:
    assert problems(text)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"The rules cannot be read: No such file"):
        load_rules(tmp_path / "none.yaml")


def test_the_schema_is_that_of_the_docs_and_accepts_the_example() -> None:
    committed = Path(__file__).parents[3] / "docs" / "alerts.schema.json"

    Draft202012Validator(rules_schema()).validate(yaml.safe_load(WHOLE))
    assert committed.read_text() == schema_text()


@pytest.mark.parametrize("pattern", ["/a{99999999999}/", "/" + "(" * 5_000 + ")" * 5_000 + "/"])
def test_a_pattern_that_is_too_much_for_the_reader_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match="is not a pattern"):
        check_text(pattern)
