"""The file of notices: all problems at once, with their lines; the schema says the same."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from graph_models.journal import NoticeKind, NoticeLevel
from graph_models.time import HOUR, MINUTE
from impactgraph.errors import BadInputError
from impactgraph.notices.config import OF_INCIDENTS, AppriseChannel, Concern, Quiet, WebhookChannel, When
from impactgraph.notices.format import load_rules, notices_schema, parse_rules
from impactgraph.sources.config import Secret

TEXT = """\
public_url: https://shop.example/
channels:
  chat: {kind: apprise, address: "slack://{token}/#oms", secrets: {token: {env: SLACK}}}
  pager: {kind: apprise, address: {file: pager.txt}}
  hook: {kind: webhook, url: "https://hooks.example/x", secret: {env: HOOK}}
teams: {finance: [team:ledger]}
rules:
  night:
    when: {promises: 10, value: 10.50, level: HIGH, owners: [team:oms], concerns: [finance]}
    to: [chat, pager]
    changes: [new, resolved]
    after: 15m
    quiet: {from: 22:00, until: 07:00, timezone: Europe/Berlin, below: critical}
  all: {to: [hook]}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(BadInputError) as raised:
        parse_rules(text)
    return [str(each) for each in raised.value.problems]


def changed(before: str, after: str) -> str:
    assert before in TEXT
    return TEXT.replace(before, after)


def test_a_file_says_who_is_notified_of_what() -> None:
    rules = parse_rules(TEXT)
    night, everything = rules.rules

    assert rules.channels["chat"] == AppriseChannel(
        "chat", "slack://{token}/#oms", {"token": Secret("SLACK")}
    )
    assert rules.channels["pager"] == AppriseChannel("pager", Secret(file=Path("pager.txt")))
    assert rules.channels["hook"] == WebhookChannel("hook", "https://hooks.example/x", Secret("HOOK"))
    assert (rules.public_url, rules.teams) == ("https://shop.example", {Concern.FINANCE: ("ledger",)})
    assert (night.to, night.on, night.after) == (
        ("chat", "pager"),
        (NoticeKind.NEW, NoticeKind.RESOLVED),
        15 * MINUTE,
    )
    assert night.quiet == Quiet(22 * HOUR, 7 * HOUR, "Europe/Berlin", NoticeLevel.CRITICAL)
    assert (night.when.owners, night.when.concerns, str(night.when.value)) == (
        ("oms",),
        (Concern.FINANCE,),
        "10.50",
    )
    assert (everything.when, everything.on) == (When(), OF_INCIDENTS)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "kind: webhook",
            "kind: webhok",
            "5: channel hook: `kind` must be apprise or webhook, not 'webhok'. Did you mean 'webhook'?",
        ),
        (
            "to: [hook]",
            "to: [hok]",
            "14: rule all: `to` names no channel: 'hok'. Did you mean 'hook'?",
        ),
        (
            "promises: 10",
            "promised: 10",
            "9: rule night: there is no field `rule.when.promised`. Did you mean 'promises'?",
        ),
        (
            "[finance]",
            "[finances]",
            "9: rule night: `rule.when.concerns` must be operations, it, integration, finance or "
            "customer_care, not 'finances'. Did you mean 'finance'?",
        ),
        (
            "Europe/Berlin",
            "Europe/Berln",
            "13: rule night: `rule.quiet.timezone` must be the IANA name of a time zone such as "
            "Europe/Berlin, not 'Europe/Berln'. Did you mean 'Europe/Berlin'?",
        ),
        (
            "22:00",
            "25:00",
            "13: rule night: `rule.quiet.from` must be a time of day such as '22:00', not '25:00'.",
        ),
        (
            "[new, resolved]",
            "[resolved]",
            "10: rule night: `changes` must have `new`: changes are only sent of incidents sent as new.",
        ),
        (
            "  all: {to: [hook]}",
            "  night: {to: [hook]}",
            "14: The key 'night' stands twice: first at notices.yaml:8, and here.",
        ),
        (
            "slack://{token}/#oms",
            "mailto://me:pw@example.com",
            "3: channel chat: `address` has a password: write {password} in its place, and "
            "`secrets: {password: {env: NAME}}`.",
        ),
        (
            "{token}/#oms",
            "{tokn}/#oms",
            "3: channel chat: `address` has {tokn}, but `secrets` has no 'tokn'. Did you mean 'token'?",
        ),
        (
            "secret: {env: HOOK}",
            "secret: whsec_abc",
            "5: channel hook: `secret` must be {env: NAME} or {file: PATH}: a secret never "
            "stands in this file.",
        ),
        (
            "hooks.example/x",
            "me:pw@hooks.example/x",
            "5: channel hook: `url` must be an address such as "
            "https://hooks.example.com/impactgraph, without user or password, not "
            "'https://me:pw@hooks.example/x'.",
        ),
        (
            "finance: [team",
            "finanse: [team",
            "6: `teams.finanse` must be operations, it, integration, finance or customer_care, "
            "not 'finanse'.",
        ),
    ],
)
def test_problems_are_reported_with_their_line(before: str, after: str, problem: str) -> None:
    assert f"notices.yaml:{problem}" in problems(changed(before, after))


def test_all_problems_are_reported_at_once() -> None:
    text = changed("22:00", "25:00").replace("kind: webhook", "kind: hook")

    assert len(problems(text)) >= 2


def test_paths_of_secrets_are_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "notices.yaml").write_text(TEXT)

    pager = load_rules(tmp_path / "notices.yaml").channels["pager"]

    assert isinstance(pager, AppriseChannel) and pager.address == Secret(file=tmp_path / "pager.txt")
    with pytest.raises(BadInputError, match="The notices cannot be read"):
        load_rules(tmp_path / "none.yaml")


def test_the_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    schema = Draft202012Validator(notices_schema())

    def errors(text: str) -> list[str]:
        document = yaml.safe_load(text.replace("22:00", "'22:00'").replace("07:00", "'07:00'"))
        return [error.message for error in schema.iter_errors(document)]

    Draft202012Validator.check_schema(notices_schema())
    assert errors(TEXT) == []
    for before, after in [
        ("promises", "promised"),
        ("[finance]", "[finances]"),
        ("kind: webhook", "kind: x"),
    ]:
        assert errors(changed(before, after)), before
