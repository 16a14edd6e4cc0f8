"""Messages that differ only in what is particular to one order have one template."""

import pytest

from impactgraph.diagnosis.payload import template_of


@pytest.mark.parametrize(
    ("message", "template"),
    [
        ("Timeout after 30000 ms calling payments", "Timeout after <n> ms calling payments"),
        ("Item 'Blue shirt, 4' is not known", "Item <text> is not known"),
        ('Field "qty" is -3.5', "Field <text> is <n>"),
        ("Order O-1001/2 of store-014 refused", "Order <id> of <id> refused"),
        ("trace 7f9c2d3a-1b2c-4d5e-8f90-a1b2c3d4e5f6 lost", "trace <uuid> lost"),
        ("segment fault at 0xDEADBEEF", "segment fault at <hex>"),
        ("hash 9f86d081884c7d65 differs", "hash <hex> differs"),
        ("No slot on 2026-03-02T09:10:00Z for a@b.example", "No slot on <time> for <mail>"),
        ("GET https://erp.example/api/v2?x=1 gave 503", "GET <url> gave <n>"),
        ("The call was not answered in time", "The call was not answered in time"),
        ("  two   blanks ", "two blanks"),
    ],
)
def test_what_is_particular_is_masked(message: str, template: str) -> None:
    assert template_of(message) == template


def test_messages_that_say_something_else_have_another_template() -> None:
    assert template_of("SKU 4711 is unknown") != template_of("SKU 4711 is locked")


def test_a_template_is_its_own_template() -> None:
    told = template_of("Order O-1001 failed 3 times with 'bad'")

    assert template_of(told) == told
