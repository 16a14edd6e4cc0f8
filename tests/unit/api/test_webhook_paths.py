"""The endpoints of senders, which get 503 and never 429."""

import pytest

from api.access import OPEN_PREFIXES
from api.hardening.answers import WEBHOOK_PREFIXES, is_webhook
from api.incoming import FIXED_ADDRESSES, TRACES

PAGES = {"/web/", "/login", "/.well-known/"}


@pytest.mark.parametrize("path", [*FIXED_ADDRESSES.values(), TRACES, "/in/shop", "/webhooks/grafana/g"])
def test_an_address_that_senders_use_is_known_as_one(path: str) -> None:
    assert is_webhook(path)


def test_what_needs_no_authentication_is_a_page_or_an_endpoint_of_senders() -> None:
    assert {*OPEN_PREFIXES} - PAGES == {*WEBHOOK_PREFIXES}
