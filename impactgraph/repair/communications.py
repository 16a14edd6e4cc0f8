"""Communication list: messages to customers to be held, sent or corrected. impactgraph sends none of them."""

from collections.abc import Iterable

import numpy as np

from graph_models.customer_facts import CustomerNotice
from graph_models.customer_message import MessageForm
from graph_models.repair import Communication, CommunicationAction, CommunicationGroup
from impactgraph.impact.blast_radius import BlastRadius
from impactgraph.messages.catalogue import Catalogues
from impactgraph.repair.customers import AffectedCustomers
from impactgraph.repair.drafts import Draft, Drafts
from impactgraph.repair.replay import WatchedRecords
from impactgraph.repair.sums import value_of_orders

_ACTIONS = tuple(CommunicationAction)


def communications(
    impact: BlastRadius, watched: WatchedRecords | None, catalogues: Catalogues
) -> tuple[Communication, ...]:
    """With facts and text: what to hold first, then by when it is due, then by order.

    Costs a look at the affected orders and messages, and a message for each item.
    """
    drafts = Drafts(impact, watched).all()
    rows = np.unique(np.array([draft.order for draft in drafts], np.int32)).astype(np.int32)
    customers = AffectedCustomers(impact, catalogues, rows)
    items = [_communication(impact, customers, draft) for draft in drafts]
    return tuple(sorted(items, key=order_of_list))


def order_of_list(item: Communication) -> tuple[int, int, str, str, str]:
    """By action, due moment (what is due at once first) and order."""
    return _ACTIONS.index(item.action), item.due or 0, item.order, item.fulfillment, item.type


def communication_groups(items: Iterable[Communication]) -> tuple[CommunicationGroup, ...]:
    """By action, language and channel, the most first."""
    groups: dict[tuple[CommunicationAction, str, str], list[Communication]] = {}
    for item in items:
        groups.setdefault((item.action, item.language, item.channel), []).append(item)
    rows = [
        CommunicationGroup(
            *key, len(of_group), value_of_orders((each.order, each.value) for each in of_group)
        )
        for key, of_group in groups.items()
    ]
    return tuple(sorted(rows, key=lambda g: (_ACTIONS.index(g.action), -g.count, g.language, g.channel)))


def _communication(impact: BlastRadius, customers: AffectedCustomers, draft: Draft) -> Communication:
    messages = customers.messages(draft.order, _overdue(draft))
    message = messages.write(MessageForm.NORMAL)
    return Communication(
        order=messages.order.key,
        fulfillment=str(impact.columns.fulfillments.ids[draft.fulfillment]),
        action=draft.action,
        reason=draft.reason,
        type=draft.type,
        notice=draft.notice,
        language=message.language,
        channel=draft.channel,
        timezone=message.timezone,
        likelihood=draft.likelihood,
        due=draft.due,
        facts=messages.facts_json(),
        value=messages.order.value,
        text=message.text,
        may_say=messages.own_text(message.language),
    )


def _overdue(draft: Draft) -> tuple[CustomerNotice, ...]:
    """What has not reached the customer, of a message that is owed."""
    is_owed = draft.action is CommunicationAction.SEND and draft.notice is not None
    return (draft.notice,) if is_owed and draft.notice is not None else ()
