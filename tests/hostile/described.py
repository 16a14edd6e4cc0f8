"""Requests that the description of the HTTP interface allows, and those that it does not, by Schemathesis."""

from collections.abc import Iterator
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
_DEFECTS = 500
"""From this status on an answer is a defect, except 503 of a sender that is away and 504 of a deadline."""
_EXPECTED = (501, 503, 504)


def operations(address: str) -> Iterator[Any]:
    """Every operation that a server describes."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    for result in schema.get_all_operations():
        operation: Any = result
        yield operation.ok()


def send_described(address: str, examples: int, first_seed: int = 0) -> int:
    """Sends so many requests to each operation. The number of all; AssertionError for a defect."""
    count = 0
    for operation in operations(address):
        count += _send(operation, examples, first_seed)
    return count


def _send(operation: Any, examples: int, first_seed: int) -> int:
    sent = 0
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @seed(first_seed)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=SLOW)
    @given(cases)
    def answered(case: Any) -> None:
        nonlocal sent
        sent += 1
        response = case.call(timeout=60)
        is_defect = response.status_code >= _DEFECTS and response.status_code not in _EXPECTED
        assert not is_defect, f"{response.status_code}: {case.as_curl_command()}"
        assert b"Traceback" not in response.content

    answered()
    return sent
