"""The access file: all problems at once, with their lines; the schema says the same."""

from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from graph_models.access import Keep, PersonalAttribute, RequestLimit, Role, RowFilter
from graph_models.time import SECOND
from impactgraph.access.config import (
    AccessRules,
    AuditRules,
    BrowserLogin,
    Metrics,
    OidcProvider,
    RoleClaim,
    RowClaim,
)
from impactgraph.access.format import access_schema, load_access, parse_access
from impactgraph.errors import BadInputError

TEXT = """\
version: 1
metrics: open
audit: {questions: true, webhooks: false}
personal:
  customer-email: {keep: hash}
  customer-name: {}
oidc:
  - issuer: https://login.example.com/realms/shop
    audience: impactgraph
    algorithms: [RS256]
    leeway: PT10S
    subject: oid
    name: profile.name
    roles: {claim: groups, values: {oncall: responder, desk-de: [service-desk, viewer]}}
    rows: {claim: groups, values: {oncall: {}, desk-de: {regions: [DE, AT], locations: [location:Z1, A2]}}}
    browser: {client: web, secret_file: oidc.secret}
limits:
  viewer: {requests: 60, points: 100000}
proxies: [10.0.0.0/8, "::1"]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(BadInputError) as raised:
        parse_access(text)
    return [str(each) for each in raised.value.problems]


def changed(before: str, after: str) -> str:
    assert before in TEXT
    return TEXT.replace(before, after)


def test_a_file_says_who_may_ask_what() -> None:
    rules = parse_access(TEXT)

    assert rules == AccessRules(
        metrics=Metrics.OPEN,
        audit=AuditRules(questions=True, webhooks=False),
        personal={"customer-email": PersonalAttribute(Keep.HASH), "customer-name": PersonalAttribute()},
        oidc=(
            OidcProvider(
                issuer="https://login.example.com/realms/shop",
                audience="impactgraph",
                algorithms=("RS256",),
                leeway=10 * SECOND,
                subject="oid",
                name="profile.name",
                roles=RoleClaim(
                    "groups", {"oncall": (Role.RESPONDER,), "desk-de": (Role.SERVICE_DESK, Role.VIEWER)}
                ),
                rows=RowClaim(
                    "groups",
                    {
                        "oncall": RowFilter(),
                        "desk-de": RowFilter(regions=("AT", "DE"), locations=("A2", "Z1")),
                    },
                ),
                browser=BrowserLogin("web", Path("oidc.secret")),
            ),
        ),
        limits={Role.VIEWER: RequestLimit(60, 100_000)},
        proxies=(ip_network("10.0.0.0/8"), ip_network("::1")),
    )


def test_only_the_version_is_required() -> None:
    assert parse_access("version: 1") == AccessRules()


def test_the_file_fits_its_schema() -> None:
    Draft202012Validator.check_schema(access_schema())

    assert list(Draft202012Validator(access_schema()).iter_errors(yaml.safe_load(TEXT))) == []


def test_every_problem_is_reported_with_its_line() -> None:
    text = """\
version: 2
metric: open
audit: {questions: maybe}
personal: {customer-email: {keep: hashed}}
oidc:
  - issuer: http://login.example.com
    algorithms: [HS256, none, RS265]
    roles: {claim: groups, values: {oncall: responders}}
    rows: {claim: groups, values: {desk: {region: [DE]}}}
limits: {root: {requests: 0}}
proxies: [proxy.local]
"""

    found = problems(text)

    assert [problem.split(": ")[0].removeprefix("access.yaml:") for problem in found] == [
        "1", "2", "3", "4", "6", "6", "7", "7", "7", "8", "9", "10", "11",
    ]  # fmt: skip
    assert "`version` must be 1, not '2'." in found[0]
    assert "Did you mean" in found[1]
    assert "`audit.questions` must be true or false" in found[2]
    assert "must not be HS256: tokens must be signed by a private key" in found[6]
    assert "must not be none" in found[7]
    assert "Did you mean" in found[8]
    assert "'proxy.local'" in found[-1]


def test_a_provider_stands_once() -> None:
    provider = TEXT[TEXT.index("  - issuer") : TEXT.index("limits:")]

    (found,) = problems(changed("limits:", provider + "limits:"))

    assert found.startswith("access.yaml:17: `oidc` has https://login.example.com/realms/shop")


@pytest.mark.parametrize("text", ["", "[1]", "version", "{version: 1", "version: 1\nversion: 1"])
def test_what_is_no_map_is_a_problem(text: str) -> None:
    assert problems(text)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read: No such file"):
        load_access(tmp_path / "access.yaml")


def test_a_secret_file_is_of_the_folder_of_the_access_file(tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    file.write_text(TEXT)

    (provider,) = load_access(file).oidc

    assert provider.browser == BrowserLogin("web", tmp_path / "oidc.secret")
