"""What a file of retention rules may say, and what is wrong in it: all at once."""

import pytest

from impactgraph.errors import BadInputError
from impactgraph.retention.format import parse_retention
from tests.stores.events import at

TEXT = """
rules:
  - {name: both, after: 9d, quarantine: true, audit: true}
  - {name: log, after: 9d, audit: true, regions: [emea]}
  - {name: refused, after: 9d, quarantine: true, statuses: [completed]}
"""


def test_a_rule_is_about_orders_or_the_quarantine_or_the_audit_log() -> None:
    with pytest.raises(BadInputError) as error:
        parse_retention(TEXT)

    assert [str(problem) for problem in error.value.problems] == [
        "retention.yaml:3: `rules[0]` is about one of `quarantine` and `audit`.",
        "retention.yaml:4: `rules[1]` is about the audit log, which has no orders.",
        "retention.yaml:5: `rules[2]` is about the quarantine, which has no orders.",
    ]


def test_an_age_is_counted_from_the_moment_of_its_use() -> None:
    (rule,) = parse_retention("rules: [{name: log, after: 1d, audit: true}]").at(at(24 * 60))

    assert (rule.before, rule.audit, rule.quarantine) == (at(0), True, False)
