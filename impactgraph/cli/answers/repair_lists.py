"""The answers about repair lists: of an open store, and of a server; both in the shape of GraphQL."""

from collections.abc import Callable
from typing import Any

from graph_models.orders import Page
from graph_models.time import Millis
from impactgraph.cli.answers.client import Client
from impactgraph.cli.answers.repair_documents import LISTS, repair_document
from impactgraph.cli.decode import has_next
from impactgraph.cli.encode import Encoder, Json, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.usecases import Store
from impactgraph.usecases import repair as usecase
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.repair import Repair, RepairQuestion
from impactgraph.usecases.repair_exports import RepairExport, repair_columns, repair_rows

# ---- of a store


def local_repair(
    store: Store, now: Millis, question: RepairQuestion, export: RepairExport, size: int | None
) -> Json:
    with usecase.repair(store, question, now) as lists:
        encoder = Encoder(lists.answer.as_of, lists.answer.topology)
        name = LISTS[export]
        page = _PAGES[export]
        whole = page(lists, MOST if size is None else size, None)
        if size is None:
            whole = _every(lambda after: page(lists, MOST, after), whole)
        return {
            "asOf": iso_moment(lists.answer.as_of),
            "headline": lists.answer.headline,
            name: {**encoder.connection(whole), **encoder.encode(_summary(lists, export))},
        }


def local_rows(store: Store, now: Millis, question: RepairQuestion, export: RepairExport) -> Rows:
    with usecase.repair(store, question, now) as lists:
        return Rows(repair_columns(export), list(repair_rows(lists, export)))


_PAGES: dict[RepairExport, Callable[[Repair, int | None, str | None], Page[Any]]] = {
    RepairExport.REPLAY: usecase.page_of_replay,
    RepairExport.MESSAGES: usecase.page_of_communications,
    RepairExport.FIRST: usecase.page_of_pressing,
}


def _summary(lists: Repair, export: RepairExport) -> dict[str, object]:
    """What is said of a whole list."""
    match export:
        case RepairExport.REPLAY:
            result = lists.replay
            return {
                "left": len(result.items),
                "done": len(result.done),
                "value": result.value,
                "groups": lists.replay_groups,
                "whyEmpty": result.why_empty,
            }
        case RepairExport.MESSAGES:
            messages = lists.communications
            groups = lists.communication_groups
            return {"value": messages.value, "groups": groups, "whyEmpty": messages.why_empty}
        case RepairExport.FIRST:
            pressing = lists.pressing
            return {
                "value": pressing.value,
                "leftOut": pressing.left_out,
                "groups": lists.pressing_groups,
                "whyEmpty": pressing.why_empty,
            }


def _every(next_page: Callable[[str], Page[Any]], first: Page[Any]) -> Page[Any]:
    items, cursors, page = list(first.items), list(first.cursors), first
    while page.has_next:
        page = next_page(page.cursors[-1])
        items += page.items
        cursors += page.cursors
    return Page(tuple(items), tuple(cursors), first.total_count)


# ---- of a server


def remote_repair(client: Client, question: RepairQuestion, export: RepairExport, size: int | None) -> Json:
    name = LISTS[export]

    def ask(first: int, after: str | None) -> Json:
        return client.ask(
            repair_document(export),
            failures=list(question.failures) or None,
            incident=question.incident,
            asOf=iso_moment(question.as_of),
            first=first,
            after=after,
        )["repair"]

    answer = ask(MOST if size is None else size, None)
    page = answer[name]
    while size is None and has_next(page):
        more = ask(MOST, page["pageInfo"]["endCursor"])[name]
        page["edges"] += more["edges"]
        page["pageInfo"] |= {key: more["pageInfo"][key] for key in ("hasNextPage", "endCursor")}
    return answer


def remote_rows(client: Client, question: RepairQuestion, export: RepairExport) -> Rows:
    parameters = {
        "of": export.value,
        "failure": list(question.failures),
        "incident": question.incident,
        "asOf": iso_moment(question.as_of),
    }
    return Rows(repair_columns(export), client.export(parameters, "/export/repair"))
