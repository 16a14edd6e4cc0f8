"""What is recorded of arguments: as JSON, without secrets, not too long."""

from graph_models.access import LOCAL
from impactgraph.audit.entries import LONGEST_TEXT, event_of


def test_secrets_are_left_out() -> None:
    event = event_of(LOCAL, 0, "x", {"apiToken": "a", "nested": {"Password": "b"}, "list": [{"secret": 1}]})

    assert event.arguments == {"apiToken": "***", "nested": {"Password": "***"}, "list": [{"secret": "***"}]}


def test_long_texts_are_shortened_to_what_identifies_them() -> None:
    (text,) = event_of(LOCAL, 0, "x", {"yaml": "a" * (LONGEST_TEXT + 1)}).arguments.values()

    assert len(text) < 250
    assert "501 characters, SHA-256 " in text


def test_long_lists_and_deep_maps_are_shortened() -> None:
    deep: object = 1
    for _ in range(20):
        deep = {"x": deep}
    arguments = event_of(LOCAL, 0, "x", {"items": list(range(60)), "deep": deep}).arguments

    assert arguments["items"][-1] == "10 more"
    assert "1 field" in str(arguments["deep"])


def test_what_is_not_json_becomes_text() -> None:
    arguments = event_of(LOCAL, 0, "x", {"half": 0.5, "odd": "\ud800", "huge": 10**6000}).arguments

    assert arguments == {"half": "0.5", "odd": "?", "huge": "a number"}
