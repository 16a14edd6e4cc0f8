"""What `make release-check` makes of the answers of its tools."""

import json

import pytest

from scripts.release_check import (
    Report,
    licence_findings,
    locked_names,
    read_audit,
    wheel_findings,
)


def test_an_advisory_is_a_finding_and_names_the_version_that_has_it_not() -> None:
    report = Report()
    package = {"name": "x", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
    read_audit(json.dumps({"dependencies": [package]}), "", report)

    assert report.findings == ["x 1.0: PYSEC-1, fixed in: 1.1"]
    assert report.unchecked == []


@pytest.mark.parametrize(
    "errors", ["", "requests.exceptions.ConnectionError: x", "ServiceError: 503", "Failed to resolve 'pypi'"]
)
def test_advisories_that_cannot_be_reached_are_no_finding(errors: str) -> None:
    report = Report()
    read_audit("", errors, report)

    assert (len(report.findings), len(report.unchecked)) == (0, 1)


def test_an_audit_that_fails_by_itself_is_a_finding() -> None:
    report = Report()
    read_audit("", "error: the lock is malformed", report)

    assert len(report.findings) == 1


def test_a_package_that_the_service_does_not_know_is_reported_as_unchecked() -> None:
    report = Report()
    skipped = {"name": "x", "skip_reason": "Dependency not found"}
    read_audit(
        json.dumps({"dependencies": [skipped, {"name": "y", "version": "1", "vulns": []}]}), "", report
    )

    assert report.findings == []
    assert "1 of 2" in report.unchecked[0]


@pytest.mark.parametrize(
    ("licence", "is_found"),
    [("Apache-2.0", 0), ("MIT License", 0), ("BSD-3-Clause", 0), ("AGPL-3.0-only", 1), ("UNKNOWN", 1)],
)
def test_a_licence_that_is_not_on_the_list_is_a_finding(licence: str, is_found: int) -> None:
    package = {"Name": "x", "Version": "1", "License-Metadata": licence, "License-Classifier": "UNKNOWN"}

    assert len([*licence_findings(package)]) == is_found


def test_what_has_no_place_in_a_wheel_is_a_finding() -> None:
    names = ["api/app.py", "tests/x.py", "impactgraph/.env", "impactgraph-0.1.dist-info/licenses/LICENSE"]
    metadata = (
        "Name: x\nLicense-Expression: Apache-2.0\nRequires-Python: >=3.11\nDescription-Content-Type: t\n"
    )

    assert [*wheel_findings(names, metadata)] == ["the wheel has tests", "the wheel has impactgraph/.env"]


def test_names_of_a_lock_are_compared_as_registries_do() -> None:
    assert locked_names("A_b.c==1 \\\n    --hash=x\npsycopg[binary]==3\n") == {"a-b-c", "psycopg"}
