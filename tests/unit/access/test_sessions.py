"""Sessions of browsers: their signature, secrets, roles of now; and what opens with an access file."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.access import Principal, Role
from graph_models.time import HOUR
from impactgraph.access.config import AccessRules, BrowserLogin, RoleClaim
from impactgraph.access.providers import SessionRules, open_providers
from impactgraph.access.sessions import Sessions, Signer, read_secrets
from impactgraph.errors import BadInputError, NoRoleError, UnauthenticatedError
from tests.functional.http.shop import NOW
from tests.own_loop import run_apart
from tests.signing import claims_of
from tests.unit.access.test_oidc import CONFIG

OLD, NEW = "the former secret, which was replaced", "the present secret, which is the better one"
RULES = SessionRules(None, HOUR, 12 * HOUR)


def sessions_with(*secrets: str, config: object = CONFIG) -> Sessions:
    return Sessions(secrets, config, now=lambda: NOW)  # pyright: ignore[reportArgumentType]


def principal_in(session: str, sessions: Sessions) -> Principal:
    return run_apart(sessions.verify_session(session))


SESSION = sessions_with(NEW).begin(claims_of())


@given(place=st.integers(min_value=0), letter=st.characters(codec="ascii"))
def test_a_session_in_which_any_letter_is_another_is_refused(place: int, letter: str) -> None:
    place %= len(SESSION) - 1  # of the last letter of base64 some bits do not count
    changed = SESSION[:place] + letter + SESSION[place + 1 :]
    if changed == SESSION:
        return

    with pytest.raises(UnauthenticatedError, match="Log in again"):
        principal_in(changed, sessions_with(NEW))


@given(st.text())
def test_a_text_that_is_no_session_is_refused(text: str) -> None:
    with pytest.raises(UnauthenticatedError):
        principal_in(text, sessions_with(NEW))
    assert sessions_with(NEW).renew(text) is None
    sessions_with(NEW).end(text)


def test_what_was_signed_for_a_login_is_no_session() -> None:
    values = Signer((NEW,), "session").read(SESSION)
    assert values is not None

    with pytest.raises(UnauthenticatedError):
        principal_in(Signer((NEW,), "login").sign(values), sessions_with(NEW))


def test_a_secret_is_replaced_without_ending_sessions() -> None:
    session = sessions_with(OLD).begin(claims_of())

    assert principal_in(session, sessions_with(NEW, OLD)).name == "ada"
    with pytest.raises(UnauthenticatedError):
        principal_in(session, sessions_with(NEW))
    assert principal_in(sessions_with(NEW, OLD).begin(claims_of()), sessions_with(NEW))


def test_a_session_of_another_provider_is_refused() -> None:
    with pytest.raises(UnauthenticatedError):
        principal_in(SESSION, sessions_with(NEW, config=replace(CONFIG, issuer="https://else.example.com")))


def test_roles_are_those_of_the_access_file_of_now() -> None:
    changed = replace(CONFIG, roles=RoleClaim("groups", {"oncall": (Role.ADMIN,)}))
    without = replace(CONFIG, roles=RoleClaim("groups", {"others": (Role.ADMIN,)}))

    assert principal_in(SESSION, sessions_with(NEW, config=changed)).roles == {Role.ADMIN}
    with pytest.raises(NoRoleError):
        principal_in(SESSION, sessions_with(NEW, config=without))


def test_a_session_of_somebody_in_very_many_groups_fits_in_a_cookie() -> None:
    groups = ["oncall", *(f"group-{number}" for number in range(5_000))]

    assert len(sessions_with(NEW).begin(claims_of(groups=groups))) < 1_000


def test_secrets_are_the_lines_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("b" * 40 + "\n" + "a" * 40 + "\n")

    assert read_secrets(path) == ("b" * 40, "a" * 40)


@pytest.mark.parametrize("text", ["", "short", "x" * 40 + "\nshort"])
def test_a_secret_that_can_be_guessed_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret"
    path.write_text(text)

    with pytest.raises(BadInputError, match="openssl rand"):
        read_secrets(path)


def test_without_a_file_the_secret_is_another_each_time() -> None:
    assert read_secrets(None) != read_secrets(None)


def test_a_file_of_a_secret_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="nothing cannot be read"):
        read_secrets(tmp_path / "nothing")


def test_without_providers_nothing_is_opened() -> None:
    opened = open_providers(AccessRules(), RULES, now=lambda: NOW)

    assert (opened.tokens, opened.login, opened.sessions) == ((), None, None)


def test_a_provider_without_browser_verifies_tokens_only() -> None:
    opened = open_providers(AccessRules(oidc=(CONFIG,)), RULES, now=lambda: NOW)

    assert [each.config for each in opened.tokens] == [CONFIG]
    assert opened.login is None


def test_a_provider_with_browser_logs_browsers_in() -> None:
    config = replace(CONFIG, browser=BrowserLogin("impactgraph"))
    opened = open_providers(AccessRules(oidc=(config,)), RULES, now=lambda: NOW)

    assert opened.login is not None and opened.login.seconds == 12 * 3600


def test_two_providers_for_browsers_are_an_error() -> None:
    one = replace(CONFIG, browser=BrowserLogin("impactgraph"))
    other = replace(one, issuer="https://else.example.com")

    with pytest.raises(BadInputError, match="Keep one"):
        open_providers(AccessRules(oidc=(one, other)), RULES, now=lambda: NOW)


@pytest.mark.parametrize("text", [None, " \n"])
def test_a_client_whose_secret_cannot_be_read_is_an_error(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "client-secret"
    if text is not None:
        path.write_text(text)
    config = replace(CONFIG, browser=BrowserLogin("impactgraph", path))

    with pytest.raises(BadInputError, match="secret of the client"):
        open_providers(AccessRules(oidc=(config,)), RULES, now=lambda: NOW)
