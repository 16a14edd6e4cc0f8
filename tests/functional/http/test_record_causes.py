"""Affected records by type and cause: the totals, divided by what impairs the records."""

from collections import Counter
from typing import Any

from tests.functional.http.serving import Api

ASKED = """{ blastRadius {
  totals { postings { type effect count expected } notifications { type effect count expected } }
  recordCauses { kind type effect element { id } failures count expected }
} }"""


def sums(rows: list[dict[str, Any]], name: str) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        found[row["type"], row["effect"]] += row[name]
    return found


def test_the_causes_of_records_add_up_to_the_totals(api: Api) -> None:
    blast_radius = api.ask(ASKED)["blastRadius"]

    for kind, totals in (
        ("posting", blast_radius["totals"]["postings"]),
        ("notification", blast_radius["totals"]["notifications"]),
    ):
        causes = [cause for cause in blast_radius["recordCauses"] if cause["kind"] == kind]
        assert totals and sums(causes, "count") == sums(totals, "count")
        expected = sums(totals, "expected")
        assert all(abs(each - expected[key]) < 1e-3 for key, each in sums(causes, "expected").items())


def test_a_cause_is_an_impaired_element_with_its_failures(api: Api) -> None:
    causes = api.ask(ASKED)["blastRadius"]["recordCauses"]

    assert {cause["element"]["id"] for cause in causes if cause["element"]} == {"integration:pick-confirm"}
    assert {failure for cause in causes for failure in cause["failures"]} == {"failure:F-1"}
    assert [cause["expected"] for cause in causes] == sorted(
        (cause["expected"] for cause in causes), reverse=True
    )
