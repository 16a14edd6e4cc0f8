"""Keys of a provider: rotation, and a provider that is away."""

import asyncio
import threading
from collections.abc import Mapping

import pytest

from impactgraph.tokens.http import ProviderError, fetch_document, is_safe
from impactgraph.tokens.provider import FRESH_SECONDS, WAIT_SECONDS, Provider
from tests.own_loop import run_apart
from tests.signing import ISSUER, MemoryProvider


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def provider_of(source: MemoryProvider, clock: Clock) -> Provider:
    return Provider(ISSUER, fetch=source.fetch, clock=clock)


def finish_background_work() -> None:
    for thread in threading.enumerate():
        if thread.name == "keys of a provider":
            thread.join()


def test_keys_are_fetched_once() -> None:
    source, clock = MemoryProvider(), Clock()
    provider = provider_of(source, clock)

    kids = [run_apart(provider.key(kid)) is not None for kid in ("rsa-1", "ec-1", "rsa-1")]

    assert kids == [True, True, True]
    assert source.key_fetches == 1


def test_a_new_key_is_fetched_when_a_token_has_it() -> None:
    source, clock = MemoryProvider(["rsa-1"]), Clock()
    provider = provider_of(source, clock)
    run_apart(provider.key("rsa-1"))
    source.kids = ["rsa-1", "rsa-2"]
    clock.seconds += WAIT_SECONDS

    assert run_apart(provider.key("rsa-2")) is not None


def test_unknown_keys_are_asked_for_once_in_some_seconds_whatever_arrives() -> None:
    source, clock = MemoryProvider(), Clock()
    provider = provider_of(source, clock)

    async def ask_for_many() -> list[object]:
        return await asyncio.gather(*(provider.key(f"unknown-{number}") for number in range(200)))

    assert run_apart(ask_for_many()) == [None] * 200
    assert source.key_fetches == 1
    clock.seconds += WAIT_SECONDS
    run_apart(ask_for_many())
    assert source.key_fetches == 2


def test_cached_keys_are_used_while_the_provider_is_away() -> None:
    source, clock = MemoryProvider(), Clock()
    provider = provider_of(source, clock)
    run_apart(provider.key("rsa-1"))
    source.is_away = True
    clock.seconds += 100 * FRESH_SECONDS

    assert run_apart(provider.key("rsa-1")) is not None
    finish_background_work()
    assert provider.key_in_thread("rsa-1") is not None


def test_a_key_that_was_withdrawn_ends() -> None:
    source, clock = MemoryProvider(["rsa-1", "rsa-2"]), Clock()
    provider = provider_of(source, clock)
    provider.key_in_thread("rsa-1")
    source.kids = ["rsa-2"]
    clock.seconds += FRESH_SECONDS

    provider.key_in_thread("rsa-1")
    finish_background_work()

    assert provider.key_in_thread("rsa-1") is None
    assert provider.key_in_thread("rsa-2") is not None


def test_a_provider_that_comes_back_is_used() -> None:
    source, clock = MemoryProvider(is_away=True), Clock()
    provider = provider_of(source, clock)
    assert run_apart(provider.key("rsa-1")) is None
    source.is_away = False
    clock.seconds += WAIT_SECONDS

    assert run_apart(provider.key("rsa-1")) is not None


def test_the_event_loop_goes_on_while_keys_are_fetched() -> None:
    source, is_loop_free = MemoryProvider(), threading.Event()

    def fetch(address: str) -> Mapping[str, object]:
        assert is_loop_free.wait(30)
        return source.fetch(address)

    async def ask() -> object:
        provider = Provider(ISSUER, fetch=fetch, clock=Clock())
        asking = asyncio.create_task(provider.key("rsa-1"))
        await asyncio.sleep(0)
        is_loop_free.set()
        return await asking

    assert run_apart(ask()) is not None


def test_a_discovery_document_of_another_issuer_is_refused() -> None:
    source = MemoryProvider(issuer="https://login.example.com/realms/other")
    provider = provider_of(source, Clock())

    assert provider.key_in_thread("rsa-1") is None
    with pytest.raises(ProviderError, match=f"not of '{ISSUER}'"):
        run_apart(provider.metadata())


@pytest.mark.parametrize(
    ("keys", "known"),
    [
        (None, False),
        ({}, False),
        ([None, 7, {}, {"kty": "RSA"}, {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "rsa-1"}], False),
        ([{"kty": "oct", "k": "c2VjcmV0", "kid": "rsa-1", "alg": "HS256"}], False),
        ([{"kty": "EC", "crv": "P-000", "x": "", "y": "", "kid": "rsa-1"}], False),
    ],
)
def test_what_is_no_key_for_signatures_is_passed_over(keys: object, known: bool) -> None:
    def fetch(address: str) -> Mapping[str, object]:
        return {"issuer": ISSUER, "jwks_uri": "https://login.example.com/keys", "keys": keys}

    provider = Provider(ISSUER, fetch=fetch, clock=Clock())

    assert (provider.key_in_thread("rsa-1") is not None) == known


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://login.example.com/keys", True),
        ("http://127.0.0.1:8080/keys", True),
        ("http://localhost/keys", True),
        ("http://[::1]:1/keys", True),
        ("http://login.example.com/keys", False),
        ("http://127.0.0.1.example.com/keys", False),
        ("file:///etc/passwd", False),
        ("http://[", False),
        ("None", False),
    ],
)
def test_only_addresses_that_nobody_can_answer_in_its_place_are_fetched(address: str, safe: bool) -> None:
    assert is_safe(address) == safe
    if not safe:
        with pytest.raises(ProviderError, match="no https address"):
            fetch_document(address)
