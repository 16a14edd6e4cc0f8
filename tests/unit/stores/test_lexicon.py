from impactgraph.stores.state.event_dictionaries import Lexicon
from tests.stores.events import MORE, topology


def lists(lexicon: Lexicon) -> dict[str, list[str]]:
    return {domain: list(words) for domain, words in lexicon.lists()}


def learned() -> Lexicon:
    lexicon = Lexicon()
    lexicon.learn(topology())
    lexicon.sources.code("/oms")
    return lexicon


def test_words_that_came_since_are_forgotten() -> None:
    lexicon = learned()
    before = lists(lexicon)
    sizes = lexicon.sizes()
    lexicon.learn(topology(MORE))
    lexicon.vocabulary.channels.code("fax")

    lexicon.cut(sizes)

    assert (lists(lexicon), lexicon.vocabulary.channels.find("fax")) == (before, None)
    assert lexicon.vocabulary.channels.code("mail") == 1


def test_a_workflow_that_came_since_is_forgotten() -> None:
    lexicon = Lexicon()
    lexicon.learn(topology())

    lexicon.cut(Lexicon().sizes())

    assert (lists(lexicon), lexicon.workflows) == (lists(Lexicon()), {})


def test_words_of_another_process_have_its_codes() -> None:
    one, other = learned(), Lexicon()
    sizes: dict[str, int] = Lexicon().sizes()
    for _ in range(2):
        other.extend({domain: words[sizes.get(domain, 0) :] for domain, words in lists(one).items()})
        sizes = one.sizes()
        one.learn(topology(MORE))
        one.vocabulary.channels.code("fax")
    other.extend({domain: words[sizes.get(domain, 0) :] for domain, words in lists(one).items()})

    assert lists(other) == lists(one)
    assert (other.workflows, other.steps.find("wrap")) == (one.workflows, one.steps.find("wrap"))
