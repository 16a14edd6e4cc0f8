"""Time zones and languages of regions, locations and the topology; texts by language."""

import pytest

from graph_models.topology import Location, Region, Topology
from impactgraph.topology.difference import Change, difference
from impactgraph.topology.load import check_documents, parse_topology

BOTH = """\
timezone: Europe/Berlin
language: de
regions:
  emea: {name: Europe, timezone: Europe/Paris, language: fr}
locations:
  s1: {kind: store, region: emea, timezone: Europe/Lisbon, language: pt_BR}
"""


def parsed(text: str) -> Topology:
    return parse_topology({"a.yaml": text})


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check_documents({"a.yaml": text}).errors]


def test_regions_locations_and_the_topology_have_zones_and_languages() -> None:
    topology = parsed(BOTH)

    assert (topology.timezone, topology.language) == ("Europe/Berlin", "de")
    assert topology.regions == {"emea": Region("emea", "Europe", "Europe/Paris", "fr")}
    assert topology.locations["s1"] == Location("s1", "store", "emea", "s1", "Europe/Lisbon", "pt-BR")


def test_a_region_is_no_element() -> None:
    assert list(parsed(BOTH).elements) == ["location:s1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "regions: {a: {timezone: Europe/Berln}}",
            "a.yaml:1: region:a: `timezone` must be the IANA name of a time zone, such as Europe/Berlin or "
            "UTC, not 'Europe/Berln'. Did you mean 'Europe/Berlin'?",
        ),
        (
            "timezone: europe/berlin\nsystems: {a: {}}",
            "a.yaml:1: `timezone` must be the IANA name of a time zone, such as Europe/Berlin or UTC, "
            "not 'europe/berlin'. Did you mean 'Europe/Berlin'?",
        ),
        (
            "locations: {a: {kind: store, language: german}}",
            "a.yaml:1: location:a: `language` must be a language such as en, de, fr, es, ja or pt-BR, "
            "not 'german'.",
        ),
        (
            "systems: {a: {}}\nlanguage: de\n---\n",
            "a.yaml:3: A file holds one document: put what follows `---` into a file of its own.",
        ),
    ],
)
def test_what_does_not_exist_is_an_error_with_the_nearest_name(text: str, message: str) -> None:
    assert problems(text) == [message]


@pytest.mark.parametrize(
    "name",
    ["posix/Europe/Berlin", "right/UTC", "../etc/passwd", "/etc/localtime", "Europe", "", "posixrules"],
)
def test_a_file_that_is_no_zone_is_refused(name: str) -> None:
    assert len(problems(f"systems: {{a: {{}}}}\nregions: {{a: {{timezone: '{name}'}}}}")) == 1


def test_the_zone_of_the_topology_is_given_once() -> None:
    checked = check_documents({"a.yaml": "timezone: UTC\nsystems: {a: {}}", "b.yaml": "timezone: Asia/Tokyo"})

    assert [str(problem) for problem in checked.errors] == [
        "b.yaml:1: `timezone` is defined twice: at a.yaml:1 and here. Keep one."
    ]


def test_a_location_of_an_unknown_region_is_a_warning_where_there_are_regions() -> None:
    text = "regions: {emea: {}}\nlocations: {a: {kind: store, region: emae}, b: {kind: store}}"
    checked = check_documents({"a.yaml": text})

    assert [str(problem) for problem in checked.warnings] == [
        "a.yaml:2: location:a: its region 'emae' is not among `regions`. Did you mean 'emea'?"
    ]


def test_zones_and_languages_of_a_table() -> None:
    checked = check_documents(
        {
            "a.yaml": "locations_csv: t.csv\nsystems: {s: {}}",
            "t.csv": "id,kind,timezone,language\na,store,Asia/Tokyo,ja\nb,store,,\nc,store,Tokio,",
        }
    )

    assert [problem.line for problem in checked.errors] == [4]


def test_a_changed_zone_is_in_the_difference() -> None:
    after = BOTH.replace("Europe/Paris", "Europe/Rome").replace("language: de", "language: en", 1)
    found = difference(parsed(BOTH), parsed(after + "  s2: {kind: store}\n"))

    assert found.changed == (
        Change("region:emea", "timezone", "Europe/Paris", "Europe/Rome"),
        Change("topology", "language", "de", "en"),
    )
    assert difference(parsed(BOTH), parsed(BOTH.replace("  emea:", "  asia:"))).added == ("region:asia",)


PLAYBOOK = "playbooks: {p: {steps: [{text: Act}], message: %s}}"


def test_a_playbook_has_one_message_or_one_for_each_language() -> None:
    plain = parsed(PLAYBOOK % "We are checking.").playbooks["p"].message
    several = parsed(PLAYBOOK % "{en: We are checking., de: Wir prüfen.}").playbooks["p"].message

    assert (str(plain), plain.within("en", "en"), plain.within("de", "en")) == (
        "We are checking.",
        "We are checking.",
        None,
    )
    assert (str(several), several.within("de-AT", "en"), several.within("fr", "en")) == (
        "We are checking.",
        "Wir prüfen.",
        None,
    )


@pytest.mark.parametrize("message", ["{klingon: Qapla}", "{}", "[a]"])
def test_a_message_of_no_language_is_an_error(message: str) -> None:
    assert len(problems(PLAYBOOK % message)) == 1
