from impactgraph.stores.state.event_dictionaries import EventDictionaries
from tests.stores.events import MORE, topology


def lists(event_dictionaries: EventDictionaries) -> dict[str, list[str]]:
    return {domain: list(words) for domain, words in event_dictionaries.lists()}


def learned() -> EventDictionaries:
    event_dictionaries = EventDictionaries()
    event_dictionaries.learn(topology())
    event_dictionaries.sources.code("/oms")
    return event_dictionaries


def test_words_that_came_since_are_forgotten() -> None:
    event_dictionaries = learned()
    before = lists(event_dictionaries)
    sizes = event_dictionaries.sizes()
    event_dictionaries.learn(topology(MORE))
    event_dictionaries.dictionaries.channels.code("fax")

    event_dictionaries.cut(sizes)

    assert (lists(event_dictionaries), event_dictionaries.dictionaries.channels.find("fax")) == (before, None)
    assert event_dictionaries.dictionaries.channels.code("mail") == 1


def test_a_workflow_that_came_since_is_forgotten() -> None:
    event_dictionaries = EventDictionaries()
    event_dictionaries.learn(topology())

    event_dictionaries.cut(EventDictionaries().sizes())

    assert (lists(event_dictionaries), event_dictionaries.workflows) == (lists(EventDictionaries()), {})


def test_words_of_another_process_have_its_codes() -> None:
    one, other = learned(), EventDictionaries()
    sizes: dict[str, int] = EventDictionaries().sizes()
    for _ in range(2):
        other.extend({domain: words[sizes.get(domain, 0) :] for domain, words in lists(one).items()})
        sizes = one.sizes()
        one.learn(topology(MORE))
        one.dictionaries.channels.code("fax")
    other.extend({domain: words[sizes.get(domain, 0) :] for domain, words in lists(one).items()})

    assert lists(other) == lists(one)
    assert (other.workflows, other.steps.find("wrap")) == (one.workflows, one.steps.find("wrap"))
