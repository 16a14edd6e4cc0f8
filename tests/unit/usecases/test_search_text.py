"""What a typed or pasted text is read as."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impactgraph.ports.search import OrderNumber
from impactgraph.usecases.search_text import contact_in, number_in, plain, readings


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("O-021462", "O-021462"),
        ("  O-021462\n", "O-021462"),
        ("O - 021462 / 1", "O-021462/1"),
        ("O 021462", "O-021462"),
        ("O-02 14 62", "O-021462"),
        ("O\u2013021462", "O-021462"),
        ("\uff2f\uff0d021462", "O-021462"),
        ("O-021462\u200b.", "O-021462"),
        ("\u201eO-021462\u201c", "O-021462"),
        ("Order O-089700", "Order:O-089700"),
        ("order #89700", "order:89700"),
        ("Order no. 89700", "Order:89700"),
        ("order: O-089700", "order:O-089700"),
        ("Where is my order O-089700? It is late!", "O-089700"),
        ("Re: your order number 89700", "89700"),
        ("http://127.0.0.1:8000/#/order/O-089700?asOf=2026-03-02T09%3A10%3A00Z", "O-089700"),
        ("#/order/order%3AO-089700", "order:O-089700"),
        ("#/radius?failure=failure%3AF-stock", "failure:F-stock"),
        ('http://shop/graphql#query={ order(id: "order:O-089700") { id } }', "order:O-089700"),
        (
            "http://shop/graphql#query=%7B%20order(id%3A%20%22order%3AO-1%22)%20%7B%20id%20%7D%20%7D",
            "order:O-1",
        ),
    ],
)
def test_a_pasted_text_is_read_as_the_id_that_it_names(text: str, reading: str) -> None:
    assert reading in {each for group in readings(plain(text)) for each in group}


@given(st.text(max_size=40))
def test_no_reading_is_empty_or_occurs_twice(text: str) -> None:
    every = [each for group in readings(plain(text)) for each in group]

    assert all(every) and len(set(every)) == len(every)


@given(st.integers(0, 10**12), st.integers(0, 5), st.sampled_from(["O-", "", "web-", "DE/"]))
def test_a_number_is_in_ids_with_any_leading_zeros_and_in_no_longer_number(
    value: int, zeros: int, prefix: str
) -> None:
    number = number_in(str(value))

    assert number is not None
    pattern = re.compile(number.pattern)
    assert pattern.search(f"{prefix}{'0' * zeros}{value}")
    assert not pattern.search(f"{prefix}{value}5") and not pattern.search(f"{prefix}5{value}")


def test_a_number_may_have_that_of_a_fulfillment() -> None:
    assert number_in("021462/01") == OrderNumber("21462", "1")
    assert number_in("#7") == OrderNumber("7")
    assert number_in("O-7") is None


@pytest.mark.parametrize("text", ["jo.doe@example.com", "mail of jo@example.co.uk please", "mailto:a@b.de"])
def test_mail_addresses_are_recognised(text: str) -> None:
    assert contact_in(text) == "e-mail address"


@pytest.mark.parametrize(
    "text",
    ["+49 171 2345678", "0171 2345678", "(030) 123-4567", "+14155550123", "tel: 0171/2345678", "01712345678"],
)
def test_phone_numbers_are_recognised(text: str) -> None:
    assert contact_in(text) == "phone number"


@pytest.mark.parametrize("text", ["21462", "0021462", "O-021462", "RE-4711", "2026-03", "order 21462", "12"])
def test_ids_are_no_contact_data(text: str) -> None:
    assert contact_in(text) is None
