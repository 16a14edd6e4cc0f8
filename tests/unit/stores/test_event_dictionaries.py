from impactgraph.stores.state.event_dictionaries import EventDictionaries
from tests.stores.events import MORE, topology


def lists(dictionaries: EventDictionaries) -> dict[str, list[str]]:
    return {domain: list(words) for domain, words in dictionaries.word_lists()}


def learned() -> EventDictionaries:
    dictionaries = EventDictionaries()
    dictionaries.add_workflows(topology())
    dictionaries.sources.encode("/oms")
    return dictionaries


def test_words_that_came_since_are_forgotten() -> None:
    dictionaries = learned()
    before = lists(dictionaries)
    sizes = dictionaries.sizes()
    dictionaries.add_workflows(topology(MORE))
    dictionaries.channels.encode("fax")

    dictionaries.truncate(sizes)

    assert (lists(dictionaries), dictionaries.channels.find("fax")) == (before, None)
    assert dictionaries.channels.encode("mail") == 1


def test_a_workflow_that_came_since_is_forgotten() -> None:
    dictionaries = EventDictionaries()
    dictionaries.add_workflows(topology())

    dictionaries.truncate(EventDictionaries().sizes())

    assert (lists(dictionaries), dictionaries.workflow_codes) == (lists(EventDictionaries()), {})


def test_words_of_another_process_have_its_codes() -> None:
    one, other = learned(), EventDictionaries()
    sizes: dict[str, int] = EventDictionaries().sizes()
    for _ in range(2):
        other.extend({domain: words[sizes.get(domain, 0) :] for domain, words in lists(one).items()})
        sizes = one.sizes()
        one.add_workflows(topology(MORE))
        one.channels.encode("fax")
    other.extend({domain: words[sizes.get(domain, 0) :] for domain, words in lists(one).items()})

    assert lists(other) == lists(one)
    assert (other.workflow_codes, other.steps.find("wrap")) == (one.workflow_codes, one.steps.find("wrap"))
