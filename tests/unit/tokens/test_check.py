"""Signed tokens: valid ones are read, and whatever is not valid is refused with what is wrong."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given
from hypothesis import strategies as st

from impactgraph.errors import BadInputError, UnauthenticatedError
from impactgraph.tokens.check import Claims, TokenCheck, TokenRules, claim_at, issuer_in, texts_in
from impactgraph.tokens.provider import Provider
from tests.functional.http.shop import NOW
from tests.own_loop import run_apart
from tests.signing import AUDIENCE, ISSUER, NOW_SECONDS, MemoryProvider, claims_of, rsa_key, signed

LEEWAY = 30


def check_with(source: MemoryProvider | None = None) -> TokenCheck:
    source = source or MemoryProvider()
    provider = Provider(ISSUER, fetch=source.fetch, clock=lambda: 0.0)
    return TokenCheck(provider, TokenRules((AUDIENCE,)), now=lambda: NOW)


CHECK = check_with()


def read(token: str, check: TokenCheck = CHECK) -> Claims:
    return run_apart(check.claims(token))


def encoded(document: Any) -> str:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


LONG_NUMBER = encoded(b'{"alg": "RS256", "kid": "rsa-1", "iss": ' + b"9" * 5_000 + b"}")
"""Too long for Python to read it as a number."""


@pytest.mark.parametrize("kid", ["rsa-1", "ec-1"])
def test_a_valid_token_gives_its_claims(kid: str) -> None:
    claims = claims_of()

    assert read(signed(claims, kid)) == claims


def test_a_token_is_read_in_a_thread_as_in_the_event_loop() -> None:
    claims = claims_of()

    assert check_with().claims_in_thread(signed(claims)) == claims


@pytest.mark.parametrize("audience", [[AUDIENCE], ["other", AUDIENCE]])
def test_one_of_several_audiences_is_enough(audience: list[str]) -> None:
    assert read(signed(claims_of(aud=audience)))["aud"] == audience


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "other"}, "another audience"),
        ({"aud": ["other"]}, "another audience"),
        ({"aud": None}, "another audience"),
        ({"aud": {AUDIENCE: 1}}, "another audience"),
        ({"iss": f"{ISSUER}/"}, "not of"),
        ({"iss": "https://login.example.com"}, "not of"),
        ({"iss": None}, "not of"),
        ({"iss": [ISSUER]}, "not of"),
        ({"exp": None}, "exp"),
        ({"exp": NOW_SECONDS - LEEWAY}, "expired"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": 1e300}, "exp"),
        ({"exp": -1}, "exp"),
        ({"nbf": NOW_SECONDS + LEEWAY + 1}, "not valid yet"),
        ({"nbf": "now"}, "not valid yet"),
        ({"iat": NOW_SECONDS + LEEWAY + 1}, "not valid yet"),
    ],
)
def test_a_token_with_a_wrong_claim_is_refused_with_the_reason(claims: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnauthenticatedError, match=reason):
        read(signed(claims_of(**claims)))


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW_SECONDS - LEEWAY + 1},
        {"nbf": NOW_SECONDS + LEEWAY},
        {"iat": NOW_SECONDS + LEEWAY},
        {"iat": None},
    ],
)
def test_clocks_may_differ_by_the_leeway(claims: dict[str, Any]) -> None:
    assert read(signed(claims_of(**claims)))


def test_a_token_of_another_key_with_the_same_id_is_refused() -> None:
    forged = jwt.encode(claims_of(), rsa_key("of somebody else"), "RS256", headers={"kid": "rsa-1"})

    with pytest.raises(UnauthenticatedError, match="signature"):
        read(forged)


def test_a_token_of_a_key_that_the_provider_does_not_have_is_refused() -> None:
    with pytest.raises(UnauthenticatedError, match="is none of"):
        read(signed(claims_of(), "rsa-2"))


@pytest.mark.parametrize("kid", [None, "", 7, ["rsa-1"]])
def test_a_token_without_the_id_of_a_key_is_refused(kid: Any) -> None:
    _, body, signature = signed(claims_of()).split(".")
    header = {"alg": "RS256", "typ": "JWT"} | ({} if kid is None else {"kid": kid})

    with pytest.raises(UnauthenticatedError):
        read(f"{encoded(header)}.{body}.{signature}")


@pytest.mark.parametrize("kind", ["logout+jwt", "secevent+jwt", 7])
def test_a_token_of_another_type_is_refused(kind: Any) -> None:
    with pytest.raises(UnauthenticatedError):
        read(signed(claims_of(), typ=kind))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(algorithm: str) -> None:
    header = encoded({"alg": algorithm, "typ": "JWT", "kid": "rsa-1"})

    for signature in ("", encoded(b"anything")):
        with pytest.raises(UnauthenticatedError, match="not signed by RS256 or ES256"):
            read(f"{header}.{encoded(claims_of())}.{signature}")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
def test_a_token_that_is_signed_by_the_public_key_as_a_secret_is_refused(
    algorithm: str, form: PublicFormat
) -> None:
    secret = rsa_key("rsa-1").public_key().public_bytes(Encoding.PEM, form)
    text = f"{encoded({'alg': algorithm, 'typ': 'JWT', 'kid': 'rsa-1'})}.{encoded(claims_of())}"
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[algorithm]
    signature = hmac.digest(secret, text.encode(), digest)

    with pytest.raises(UnauthenticatedError, match="not signed by"):
        read(f"{text}.{encoded(signature)}")


@pytest.mark.parametrize("algorithms", [("HS256",), ("RS256", "none"), ("rs256",), ()])
def test_a_check_with_another_algorithm_cannot_be_made(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(BadInputError, match="algorithms"):
        TokenRules((AUDIENCE,), algorithms)


@given(place=st.integers(min_value=0), letter=st.characters(codec="ascii"))
def test_a_token_in_which_any_letter_is_another_is_refused(place: int, letter: str) -> None:
    token = TOKEN
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    if changed == token or _decoded(changed) == _decoded(token):
        return  # of the last letter of a part of base64 some bits do not count

    with pytest.raises(UnauthenticatedError):
        read(changed)


@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "jwk", "jku", "x5u", "crit", "b64", "zip"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.sampled_from(["RS256", "HS256", "none", "rsa-1", "JWT"])
        | st.text()
        | st.lists(st.text())
        | st.dictionaries(st.text(), st.text()),
    )
)
@example(header={"alg": "RS256", "kid": "rsa-1", "crit": ["b64"], "b64": False})
def test_a_token_with_another_header_is_refused(header: dict[str, Any]) -> None:
    _, body, signature = TOKEN.split(".")

    with pytest.raises(UnauthenticatedError):
        read(f"{encoded(header)}.{body}.{signature}")


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
@example("..")
@example("." * 16_000)
@example("a.b.c")
@example(f"{encoded({'alg': 'RS256', 'kid': 'rsa-1'})}.{encoded(b'[' * 10_000)}.{encoded(b'x')}")
@example(f"{encoded(b'[' * 10_000)}.{encoded({})}.{encoded(b'x')}")
@example(f"{LONG_NUMBER}.{LONG_NUMBER}.x")
@example("x" * 20_000)
@example("\ud800.\ud800.\ud800")
def test_a_text_that_is_no_token_is_refused(text: str) -> None:
    assert issuer_in(text) is None
    with pytest.raises(UnauthenticatedError):
        read(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(["exp", "nbf", "iat", "aud", "iss", "sub", "jti"]),
)
def test_no_value_of_a_claim_of_a_signed_token_is_an_accident(value: Any, name: str) -> None:
    try:
        claims = read(signed(claims_of(**{name: value})))
    except UnauthenticatedError:
        return
    assert claims["iss"] == ISSUER and AUDIENCE in texts_in(claims["aud"])


def test_a_claim_is_found_by_its_name_or_its_path() -> None:
    claims = {"realm_access": {"roles": ["a"]}, "https://shop.example.com/roles": ["b"], "x": 1}

    assert claim_at(claims, "realm_access.roles") == ["a"]
    assert claim_at(claims, "https://shop.example.com/roles") == ["b"]
    assert claim_at(claims, "x.y") is None
    assert claim_at(claims, "y") is None


def _decoded(token: str) -> list[bytes] | None:
    try:
        return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]
    except ValueError:
        return None


TOKEN = signed(claims_of())
