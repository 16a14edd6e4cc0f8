"""Errors grouped by the template of their message."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.diagnosis import Cause, PayloadFinding, PayloadKind
from graph_models.topology import Topology
from impactgraph.columns import Columns, ErrorTexts
from impactgraph.diagnosis.payload.sampling import sample_of, worth
from impactgraph.diagnosis.payload.sentences import error_source_evidence, error_template_sentence
from impactgraph.diagnosis.payload.template import template_of
from impactgraph.topology.names import element_text

_SAMPLES = 3
_SAMPLE_LENGTH = 200
"""Characters of a message that a sample shows."""


def find_error_templates(
    topology: Topology, columns: Columns, errors: ErrorTexts, among: NDArray[np.bool_]
) -> list[PayloadFinding]:
    """One finding per template; errors without a message are grouped by code. `among` is by row of
    an order.
    """
    order = columns.fulfillments.order[errors.fulfillment]
    eligible = np.flatnonzero(among[order])
    numbers: dict[str, int] = {}
    templates = (_template(errors, index) for index in eligible.tolist())
    group = np.array([numbers.setdefault(template, len(numbers)) for template in templates], np.int64)
    by_group = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[by_group], np.arange(len(numbers) + 1))
    source = _Errors(topology, columns, errors, order, total=len(eligible))
    return [
        source.finding(template, eligible[by_group[bounds[number] : bounds[number + 1]]])
        for template, number in numbers.items()
    ]


def _template(errors: ErrorTexts, index: int) -> str:
    message = errors.message[index]
    return template_of(message) if message.strip() else f"(no message) {errors.code[index]}".strip()


@dataclass(frozen=True)
class _Errors:
    topology: Topology
    columns: Columns
    errors: ErrorTexts
    order: NDArray[np.int32]
    """By error: row of the order."""
    total: int

    def finding(self, template: str, which: NDArray[np.intp]) -> PayloadFinding:
        """`which`: positions of the errors with this template."""
        errors = self.errors
        at = errors.at[which]
        orders = self.order[which]
        latest = which[np.argsort(-at, kind="stable")]
        last_failure_at = self.columns.fulfillments.failed_at[errors.fulfillment[which]]
        stopped_rows = np.unique(errors.fulfillment[which][last_failure_at == at])
        codes, steps = (
            "+".join(_by_frequency([str(words[i]) for i in which.tolist()]))
            for words in (errors.code, errors.step)
        )
        names = (("template", template), ("code", codes), ("step", steps))
        messages = (str(errors.message[i])[:_SAMPLE_LENGTH] for i in latest[: 50 * _SAMPLES].tolist())
        return PayloadFinding(
            kind=PayloadKind.ERROR_TEMPLATE,
            sentence=error_template_sentence(len(which), len(np.unique(orders)), template, len(stopped_rows)),
            key={name: text for name, text in names if text},
            count=len(which),
            total=self.total,
            since=int(at.min()),
            until=int(at.max()),
            value=worth(self.columns, orders),
            orders=sample_of(self.columns, orders),
            samples=tuple(dict.fromkeys(message for message in messages if message))[:_SAMPLES],
            suspects=_sources(self.topology, [str(errors.element[i]) for i in which.tolist()]),
        )


def _by_frequency(words: Sequence[str]) -> list[str]:
    """The distinct words, the most frequent first."""
    counts: dict[str, int] = {}
    for word in words:
        if word:
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: (-counts[word], word))


def _sources(topology: Topology, elements: Sequence[str]) -> tuple[Cause, ...]:
    """The elements that the errors name as their source, the most frequent first."""
    causes: list[Cause] = []
    for element in _by_frequency(elements):
        if element in topology.elements:
            count = elements.count(element)
            evidence = error_source_evidence(count, len(elements), element_text(topology, element))
            causes.append(Cause("error", count / len(elements), evidence, element=element))
    return tuple(causes)[:_SAMPLES]
