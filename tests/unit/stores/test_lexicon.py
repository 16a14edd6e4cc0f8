from impactgraph.stores.state.event_dictionaries import EventDictionaries
from tests.stores.events import MORE, topology


def lists(lexicon: EventDictionaries) -> dict[str, list[str]]:
    return {domain: list(words) for domain, words in lexicon.lists()}


def learned() -> EventDictionaries:
    lexicon = EventDictionaries()
    lexicon.learn(topology())
    lexicon.sources.code("/oms")
    return lexicon


def test_words_that_came_since_are_forgotten() -> None:
    lexicon = learned()
    before = lists(lexicon)
    sizes = lexicon.sizes()
    lexicon.learn(topology(MORE))
    lexicon.dictionaries.channels.code("fax")

    lexicon.cut(sizes)

    assert (lists(lexicon), lexicon.dictionaries.channels.find("fax")) == (before, None)
    assert lexicon.dictionaries.channels.code("mail") == 1


def test_a_workflow_that_came_since_is_forgotten() -> None:
    lexicon = EventDictionaries()
    lexicon.learn(topology())

    lexicon.cut(EventDictionaries().sizes())

    assert (lists(lexicon), lexicon.workflows) == (lists(EventDictionaries()), {})


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
