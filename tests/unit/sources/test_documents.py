"""Documents of live sources as events, and what becomes none."""

from hypothesis import given
from hypothesis import strategies as st

from impactgraph.sources.documents import Document, translate
from impactgraph.sources.webhook import event_headers
from tests.hostile.events import event_requests
from tests.hostile.request import Request
from tests.sources.shop import MAPPED, PLAIN, document
from tests.stores.events import placed


def test_a_document_becomes_the_events_of_its_records() -> None:
    translation = MAPPED([Document(document("O-1"), "shop@1"), Document(document("O-2"), "shop@2")])

    assert ([len(line) > 0 for line in translation.lines], translation.places) == (
        [True, True],
        ["shop@1", "shop@2"],
    )
    assert (translation.refused, translation.passed) == ([], 0)


def test_what_the_mapping_does_not_ask_for_is_counted() -> None:
    translation = MAPPED([Document(document(activity="noise"), "shop@1")])

    assert (translation.lines, translation.refused, translation.passed) == ([], [], 1)


def test_what_is_no_event_is_refused_with_its_reason_and_place() -> None:
    texts = [b"", b" \n", b"{", b"\xff", b"[" * 100_000, document(x=1)]
    translation = MAPPED([Document(text, f"shop@{number}") for number, text in enumerate(texts)])

    reasons = [each.reason for each in translation.refused]
    assert [each.place for each in translation.refused] == [f"shop@{number}" for number in range(6)]
    assert reasons[:2] == ["it is empty"] * 2
    assert all("JSON" in reason for reason in reasons[2:4])
    assert (reasons[4], reasons[5]) == ("it is nested too deeply", "placed: row without id")


def test_the_byte_order_mark_of_a_document_does_not_count() -> None:
    assert MAPPED([Document(b"\xef\xbb\xbf" + document("O-1"), "shop@1")]).lines


def test_without_a_mapping_documents_are_cloudevents() -> None:
    batch = b"[%s, %s]" % (placed("O-1"), placed("O-2"))
    translation = translate([Document(placed("O-3"), "a@1"), Document(batch, "a@2")], None)

    assert translation.places == ["a@1", "a@2", "a@2"]


def test_a_text_that_is_no_cloudevent_is_left_to_the_store() -> None:
    """It says why, as for events of files."""
    assert PLAIN([Document(b"{broken", "a@1")]).lines == [b"{broken"]


def test_a_retried_document_is_named_once_it_is_events() -> None:
    documents = [Document(document("O-1"), "a@1", number=7), Document(b"{", "a@2", number=8)]
    translation = MAPPED(documents)

    assert (translation.translated, [each.number for each in translation.refused]) == ([7], [8])


@given(request=event_requests(), is_mapped=st.booleans())
def test_whatever_comes_is_events_or_refused_or_passed_over(request: Request, is_mapped: bool) -> None:
    document = Document(request.body, "shop@1", dict(event_headers(request.headers)))

    translation = (MAPPED if is_mapped else PLAIN)([document])

    assert translation.lines or translation.refused or translation.passed
    assert all(each.reason and each.place == "shop@1" for each in translation.refused)


@given(text=st.binary() | st.sampled_from([b"[]", b" [ ] ", b"{}", b"null"]))
def test_any_bytes_are_events_or_refused_or_passed_over(text: bytes) -> None:
    for translation in (MAPPED([Document(text, "shop@1")]), PLAIN([Document(text, "shop@1")])):
        assert translation.lines or translation.refused or translation.passed
