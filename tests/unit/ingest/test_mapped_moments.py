"""Moments of a mapping of version 2, in every form."""

from typing import Any

import pytest

from tests.unit.ingest.mappings import RECORD, events


@pytest.mark.parametrize(
    ("time", "record", "expected"),
    [
        ("'{at}'", {"at": "2026-03-02 09:00"}, "2026-03-02T08:00:00+00:00"),
        ("'{at}'", {"at": "2026-03-02T09:00:00+02:00"}, "2026-03-02T09:00:00+02:00"),
        ("{from: at, zone: America/New_York}", {"at": "2026-03-02 09:00"}, "2026-03-02T14:00:00+00:00"),
        (
            "{text: '{day} {clock}', time_format: '%Y%m%d %H%M%S'}",
            {"day": 20260302, "clock": "093000"},
            "2026-03-02T08:30:00+00:00",
        ),
        ("{from: at, time_format: epoch}", {"at": 1772442000}, "2026-03-02T09:00:00+00:00"),
        ("{from: at, time_format: epoch_ms}", {"at": "1772442000000"}, "2026-03-02T09:00:00+00:00"),
        ("{from: at, time_format: excel, zone: UTC}", {"at": 46083.375}, "2026-03-02T09:00:00+00:00"),
        ("{from: at, time_format: '%d.%m.%Y'}", {"at": "02.03.2026"}, "2026-03-01T23:00:00+00:00"),
        ("'{at}'", {"at": "2026-03-28T24:00:00"}, "2026-03-28T23:00:00+00:00"),
        ("'{at}'", {"at": "2026-12-31 24:00"}, "2026-12-31T23:00:00+00:00"),
        ("'{at}'", {"at": "20260302T240000Z"}, "2026-03-03T00:00:00+00:00"),
        (
            "{from: at, time_format: '%d.%m.%Y %H:%M'}",
            {"at": "28.02.2026 24:00"},
            "2026-02-28T23:00:00+00:00",
        ),
        ("{from: at, time_format: '%Y%m%d %H%M%S'}", {"at": "20260302 240000"}, "2026-03-02T23:00:00+00:00"),
        ("{from: at, time_format: '%Y%m%d %H%M%S'}", {"at": "20260302 90000"}, "20260302 90000"),
        ("{from: at, time_format: '%d%m%Y'}", {"at": "1032026"}, "1032026"),
        ("{from: at, time_format: '%d.%m.%Y %H%M'}", {"at": "2.3.2026 0900"}, "2026-03-02T08:00:00+00:00"),
        (
            "{from: at, time_format: '%d %b %Y %H%M%S.%f'}",
            {"at": "2 mar 2026  090000.5"},
            "2026-03-02T08:00:00.500000+00:00",
        ),
        ("'{at}'", {"at": "2016-12-31T23:59:60Z"}, "2017-01-01T00:00:00+00:00"),
        ("'{at}'", {"at": "2017-01-01T00:59:60.5+01:00"}, "2017-01-01T01:00:00.500000+01:00"),
        ("'{at}'", {"at": "2026-03-02T24:01:00"}, "2026-03-02T24:01:00"),
        ("'{at}'", {"at": "2026-03-02T09:60:00"}, "2026-03-02T09:60:00"),
        ("'{at}'", {"at": "2026-02-30T24:00"}, "2026-02-30T24:00"),
        ("{from: at, time_format: epoch_ms}", {"at": "1772442000"}, "1772442000"),
        ("{from: at, time_format: epoch}", {"at": "1772442000000"}, "1772442000000"),
        ("{from: at, time_format: epoch}", {"at": "0"}, "0"),
        ("{from: at, time_format: excel}", {"at": "1772442000"}, "1772442000"),
    ],
)
def test_moments_of_every_form(time: str, record: dict[str, Any], expected: str) -> None:
    rules = f"activities: {{t: {{fulfillment.entered: {{step: pick, time: {time}}}}}}}\nzone: Europe/Berlin"

    (event,) = events(rules, {**RECORD, **record})

    assert event["time"] == expected
