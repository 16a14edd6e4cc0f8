"""Errors that say the same but for what is particular to one order."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import Cause, PayloadFinding, PayloadKind
from graph_models.topology import Topology
from impactgraph.columns import Columns, ErrorTexts
from impactgraph.diagnosis.payload.sampling import sample_of, worth
from impactgraph.diagnosis.payload.template import template_of

_SAMPLES = 3
_SPOKEN = 200
"""Characters of a message that are told."""


def find_error_templates(
    topology: Topology, columns: Columns, errors: ErrorTexts, among: NDArray[np.bool_]
) -> list[PayloadFinding]:
    """A finding a template (of errors without a message: a code). `among` is by row of an order."""
    order = columns.fulfillments.order[errors.fulfillment]
    kept = np.flatnonzero(among[order])
    names: dict[str, int] = {}
    group = np.array([names.setdefault(_template(errors, i), len(names)) for i in kept.tolist()], np.int64)
    by_group = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[by_group], np.arange(len(names) + 1))
    return [
        _finding(
            topology,
            columns,
            errors,
            template,
            kept[by_group[bounds[number] : bounds[number + 1]]],
            order,
            len(kept),
        )
        for template, number in names.items()
    ]


def _template(errors: ErrorTexts, index: int) -> str:
    message = errors.message[index]
    return template_of(message) if message.strip() else f"(no message) {errors.code[index]}".strip()


def _finding(
    topology: Topology,
    columns: Columns,
    errors: ErrorTexts,
    template: str,
    which: NDArray[np.intp],
    order: NDArray[np.int32],
    total: int,
) -> PayloadFinding:
    f, at = columns.fulfillments, errors.at[which]
    orders = order[which]
    latest = which[np.argsort(-at, kind="stable")]
    still = np.unique(errors.fulfillment[which][f.failed_at[errors.fulfillment[which]] == at])
    codes, steps = (
        "+".join(_counted([str(words[i]) for i in which.tolist()])) for words in (errors.code, errors.step)
    )
    many, held = len(np.unique(orders)), len(still)
    return PayloadFinding(
        kind=PayloadKind.ERROR_TEMPLATE,
        sentence=f"{_count(len(which), 'error')} of {_count(many, 'order')}: {template}; {held:,} still stand there.",
        key={name: text for name, text in (("template", template), ("code", codes), ("step", steps)) if text},
        count=len(which),
        total=total,
        since=int(at.min()),
        until=int(at.max()),
        value=worth(columns, orders),
        orders=sample_of(columns, orders),
        samples=tuple(
            dict.fromkeys(
                text[:_SPOKEN] for i in latest[: 50 * _SAMPLES].tolist() if (text := str(errors.message[i]))
            )
        )[:_SAMPLES],
        suspects=_elements(topology, [str(errors.element[i]) for i in which.tolist()]),
    )


def _count(number: int, word: str) -> str:
    return f"{number:,} {word if number == 1 else word + 's'}"


def _counted(words: Sequence[str]) -> list[str]:
    """The distinct words, the most frequent first."""
    counts: dict[str, int] = {}
    for word in words:
        if word:
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))


def _elements(topology: Topology, told: Sequence[str]) -> tuple[Cause, ...]:
    """Where the errors say that they came from."""
    return tuple(
        Cause(
            "error",
            share,
            f"{told.count(word):,} of {len(told):,} of these errors name {word}.",
            element=word,
        )
        for word in _counted(told)
        if word in topology.elements
        for share in (told.count(word) / len(told),)
    )[:_SAMPLES]
