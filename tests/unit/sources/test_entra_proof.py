"""Tokens of Microsoft Entra ID as proof of who sends: those of the tenant, audience and application."""

from typing import Any

import pytest

from impactgraph.errors import BadInputError, StoreUnavailableError
from impactgraph.sources.config import EntraToken
from impactgraph.sources.entra_proof import EntraProof
from impactgraph.sources.format import parse_sources
from impactgraph.sources.proof import alerts_proof
from impactgraph.tokens.http import ProviderError
from impactgraph.usecases.sources import DeliveryCheck
from tests.functional.http.shop import NOW
from tests.signing import claims_of, public_keys, signed

TENANT, AUDIENCE, APP = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
VALID, WRONG, MISSING = DeliveryCheck.VALID, DeliveryCheck.WRONG, DeliveryCheck.MISSING
FIRST, SECOND = f"https://sts.windows.net/{TENANT}/", f"https://login.microsoftonline.com/{TENANT}/v2.0"
DOCUMENTS = {
    f"https://login.microsoftonline.com/{TENANT}/.well-known/openid-configuration": FIRST,
    f"{SECOND}/.well-known/openid-configuration": SECOND,
}
"""The issuer by the address of its discovery document."""
SOURCES = f"""
sources:
  azure-prod:
    kind: alerts
    sender: azure
    check: entra
    entra: {{tenant: {TENANT}, audience: {AUDIENCE}, app: {APP}}}
"""


def fetch(address: str) -> dict[str, Any]:
    if address in DOCUMENTS:
        return {"issuer": DOCUMENTS[address], "jwks_uri": "https://login.microsoftonline.com/keys"}
    return {"keys": public_keys("rsa-1")}


PROOF = EntraProof(EntraToken(TENANT, AUDIENCE, APP), lambda: NOW, fetch)


def check_of(token: str, proof: EntraProof = PROOF) -> DeliveryCheck:
    return proof.check({"authorization": f"Bearer {token}"}, b"{}")


def of_first(**more: Any) -> str:
    return signed(claims_of(NOW, **{"iss": FIRST, "aud": f"api://{AUDIENCE}", "appid": APP} | more))


def of_second(**more: Any) -> str:
    return signed(claims_of(NOW, **{"iss": SECOND, "aud": AUDIENCE, "azp": APP} | more))


@pytest.mark.parametrize("token", [of_first(), of_second(), of_first(aud=AUDIENCE)])
def test_tokens_of_both_versions_are_valid(token: str) -> None:
    assert check_of(token) is VALID


@pytest.mark.parametrize("token_of", [of_first, of_second])
@pytest.mark.parametrize(
    "wrong",
    [
        {"appid": "other", "azp": "other"},
        {"appid": None, "azp": None},
        {"azp": ["a list"], "appid": None},
        {"aud": "https://management.azure.com"},
        {"aud": None},
        {"iss": FIRST.replace("1", "9")},
        {"iss": SECOND.replace("1", "9")},
        {"exp": 1},
        {"nbf": NOW},
    ],
)
def test_other_tokens_are_refused(token_of: Any, wrong: dict[str, Any]) -> None:
    assert check_of(token_of(**wrong)) is WRONG


@pytest.mark.parametrize(
    "token", ["a secret", "a.b.c", signed(claims_of(iss=SECOND, aud=AUDIENCE, azp=APP), "ec-1")]
)
def test_what_no_key_of_the_tenant_signed_is_refused(token: str) -> None:
    assert check_of(token) is WRONG


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": ""}, {"authorization": "Basic abc"}, {"authorization": "Bearer "}]
)
def test_a_delivery_without_a_token_is_refused_with_the_reason(headers: dict[str, str]) -> None:
    assert PROOF.check(headers, b"{}") is MISSING


def test_while_no_key_can_be_read_it_has_to_be_sent_again() -> None:
    def away(address: str) -> dict[str, Any]:
        raise ProviderError("it is away")

    with pytest.raises(StoreUnavailableError, match="keys of"):
        check_of(of_second(), EntraProof(EntraToken(TENANT, AUDIENCE, APP), lambda: NOW, away))


def test_a_file_of_sources_has_what_a_token_must_have() -> None:
    (source,) = parse_sources(SOURCES)

    assert source.entra == EntraToken(TENANT, AUDIENCE, APP)  # pyright: ignore[reportAttributeAccessIssue]
    assert alerts_proof(source, lambda: NOW).name == PROOF.name  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (f"tenant: {TENANT}", "tenant: contoso", "must be an id such as"),
        (f", app: {APP}", "", "`entra.app` is missing"),
        ("check: entra", "check: bearer", "`entra` is not used by `check: bearer`"),
        ("    entra:", "    secrets: [{env: X}]\n    entra:", "`secrets` is not used by `check: entra`"),
        ("entra: {", "rules: {", "`entra` is missing"),
    ],
)
def test_problems_of_a_token_are_reported(before: str, after: str, problem: str) -> None:
    assert before in SOURCES
    with pytest.raises(BadInputError, match=problem):
        parse_sources(SOURCES.replace(before, after))
