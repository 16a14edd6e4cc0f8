"""Orders still to come, over GraphQL."""

from tests.functional.http.serving import Api

FIGURES = "placed { expected low high possible } affected { expected low high } promisesMissed { expected }"


def test_orders_to_come_are_apart_from_the_totals_and_grow_with_the_end(api: Api) -> None:
    said = api.ask(
        f"{{ blastRadius {{ headline toCome {{ until {FIGURES} value {{ currency expected }} assumptions }} "
        f'costOfDelay(ends: ["PT0S", "PT1H", "PT4H"]) {{ endsAt toCome {{ until {FIGURES} }} }} }} }}'
    )["blastRadius"]

    to_come = said["toCome"]
    assert to_come["placed"]["expected"] >= to_come["affected"]["expected"]
    assert to_come["affected"]["expected"] >= to_come["promisesMissed"]["expected"]
    assert to_come["assumptions"][0].startswith("Orders to come are expected")
    points = said["costOfDelay"]
    placed = [point["toCome"]["placed"]["expected"] for point in points]
    assert placed == sorted(placed)
    assert placed[0] == 0 < placed[-1]
    assert [point["toCome"]["until"] for point in points] == [point["endsAt"] for point in points]


def test_without_a_failure_nothing_is_to_come(api: Api) -> None:
    said = api.ask(
        f'{{ blastRadius(asOf: "2026-03-01T00:00:00Z") {{ toCome {{ {FIGURES} assumptions }} }} }}'
    )["blastRadius"]["toCome"]

    assert (said["placed"]["expected"], said["affected"]["expected"], said["assumptions"]) == (0, 0, [])
