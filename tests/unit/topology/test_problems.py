"""What is wrong with a document: one small document for each kind of mistake, and what is said of it."""

import pytest

from impactgraph.errors import BadInputError
from impactgraph.topology.load import check_documents, parse_topology
from tests.unit.topology.small_world import WORLD


def told(*texts: str) -> list[str]:
    """Problems of the texts, in the files a.yaml, b.yaml, ..."""
    return [
        str(problem)
        for problem in check_documents(
            {f"{letter}.yaml": text for letter, text in zip("abc", texts, strict=False)}
        ).errors
    ]


def told_of(text: str) -> list[str]:
    """Problems of one element that stands in a file beside WORLD."""
    return told(WORLD, text)


def told_of_step(text: str) -> list[str]:
    """Problems of the step `a`, which is followed by `b` and stands in line 4."""
    return told(
        WORLD, f"workflows:\n  w:\n    steps:\n      a: {{runs_on: oms, {text}}}\n      b: {{runs_on: oms}}\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("system: {}", "a.yaml:1: There is no section `system`. Did you mean 'systems'?"),
        ("systems: [a]", "a.yaml:1: `systems` must be a map from key to system, not a list."),
        ("- systems", "a.yaml:1: A topology is a map of sections such as `systems`, not a list."),
        ("just text", "a.yaml:1: A topology is a map of sections such as `systems`, not 'just text'."),
        (
            "timezone: Europe/Berln\nsystems: {a: {}}",
            "a.yaml:1: `timezone` must be the IANA name of a time zone, such as Europe/Berlin or UTC, not "
            "'Europe/Berln'. Did you mean 'Europe/Berlin'?",
        ),
        (
            "integrations:\n  a: {from: b, to: b, transport: sync, timezone: UTC}\nsystems: {b: {}}",
            "a.yaml:2: integration:a: `timezone` belongs to `every` or `cron`, both of which are missing.",
        ),
        ("", "a.yaml: There is nothing in it: a topology needs at least one section, such as `systems`."),
        (
            "impactgraph: 2\nsystems: {a: {}}",
            "a.yaml:1: `impactgraph` is the version of the format: this program reads 1, not '2'.",
        ),
        ("systems:\n  a: 5", "a.yaml:2: system:a: it must be a map with fields such as `name`, not '5'."),
        (
            "systems:\n  a b: {}",
            "a.yaml:2: 'a b' cannot be the key of a system: a key is printable text without white space, `/` "
            "and `:`.",
        ),
        (
            "systems:\n  a/b: {}",
            "a.yaml:2: 'a/b' cannot be the key of a system: a key is printable text without white space, `/` "
            "and `:`.",
        ),
        (
            "systems:\n  'a:b': {}",
            "a.yaml:2: 'a:b' cannot be the key of a system: a key is printable text without white space, `/` "
            "and `:`.",
        ),
        (
            "systems:\n  '': {}",
            "a.yaml:2: '' cannot be the key of a system: a key is printable text without white space, `/` "
            "and `:`.",
        ),
        ("systems:\n  a: {}\n  a: {}", "a.yaml:3: The key 'a' stands twice: first at a.yaml:2, and here."),
        (
            "locations_csv: {a: b}\nsystems: {a: {}}",
            "a.yaml:1: `locations_csv` must name a file (or a list of files), not a map.",
        ),
        (
            "locations_csv: t.csv\nsystems: {a: {}}",
            "a.yaml:1: `locations_csv`: the text of t.csv was not given: send it too, or write the locations "
            "under `locations`.",
        ),
    ],
)
def test_the_top_of_a_document(text: str, message: str) -> None:
    assert told(text) == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("systems: {a: {ownr: t}}", "b.yaml:1: system:a: there is no field `ownr`. Did you mean 'owner'?"),
        ("systems: {a: {zzz: t}}", "b.yaml:1: system:a: there is no field `zzz`."),
        (
            "systems:\n  a:\n    tier: high",
            "b.yaml:3: system:a: `tier` must be a whole number of at least 1, not 'high'.",
        ),
        (
            "systems: {a: {tier: 0}}",
            "b.yaml:1: system:a: `tier` must be a whole number of at least 1, not '0'.",
        ),
        (
            "systems: {a: {tier: true}}",
            "b.yaml:1: system:a: `tier` must be a whole number of at least 1, not true.",
        ),
        (
            "systems: {a: {per_location: yes}}",
            "b.yaml:1: system:a: `per_location` must be true or false, not 'yes'.",
        ),
        ("systems: {a: {name: [x]}}", "b.yaml:1: system:a: `name` must be text, not a list."),
        ("systems: {a: {name: true}}", "b.yaml:1: system:a: `name` must be text, not true."),
        (
            "systems: {a: {needs: oms}}",
            "b.yaml:1: system:a: `needs` must be a list, such as ['oms'], not 'oms'.",
        ),
        ("systems: {a: {needs: [oms, ~]}}", "b.yaml:1: system:a: an item of `needs` is empty."),
        (
            "systems: {a: {switch_after: 5m}}",
            "b.yaml:1: system:a: `switch_after` belongs to `any_of`, which is missing.",
        ),
        ("apis: {a: {}}", "b.yaml:1: api:a: `system` is missing."),
        ("apis: {a: }", "b.yaml:1: api:a: `system` is missing."),
        ("apis:\n  a:\n    version: '1'\n    system:\n", "b.yaml:4: api:a: `system` is missing."),
        (
            "apis: {a: {system: oms, protocol: rst}}",
            "b.yaml:1: api:a: `protocol` must be rest, graphql, soap, grpc, edi, idoc or event, not 'rst'. "
            "Did you mean 'rest'?",
        ),
        (
            "locations: {a: {kind: shop}}",
            "b.yaml:1: location:a: `kind` must be store, dc, 3pl, dark_store or supplier, not 'shop'.",
        ),
        (
            "data: {a: {system: oms, decision_risk: 1.5}}",
            "b.yaml:1: data:a: `decision_risk` must be a number from 0 to 1, not '1.5'.",
        ),
        (
            "data: {a: {system: oms, fresh_within: 5}}",
            "b.yaml:1: data:a: `fresh_within` must be a duration such as 30s, 15m, 4h, 2d or PT15M, not '5'.",
        ),
        (
            "data: {a: {system: oms, fresh_within: 999999d}}",
            "b.yaml:1: data:a: `fresh_within` is '999999d', which is longer than a hundred years.",
        ),
        (
            "workflows: {w: {steps: {}}}",
            "b.yaml:1: workflow:w: `steps` must be a map from key to step, with at least one.",
        ),
        (
            "workflows: {w: {steps: {a: }}}",
            "b.yaml:1: step:w/a: a step must be a map with at least `runs_on`.",
        ),
        ("workflows: {w: {steps: {a: {}}}}", "b.yaml:1: step:w/a: `runs_on` is missing."),
        (
            "workflows: {w: {steps: {a b: {runs_on: oms}}}}",
            "b.yaml:1: 'a b' cannot be the key of a step: a key is printable text without white space, `/` "
            "and `:`.",
        ),
        ("playbooks: {p: {steps: []}}", "b.yaml:1: playbook:p: `steps` must not be empty."),
        ("playbooks: {p: {steps: [{owner: t}]}}", "b.yaml:1: playbook:p: `steps.text` is missing."),
        (
            "playbooks: {p: {steps: [{text: x}], for: {classes: [outag]}}}",
            "b.yaml:1: playbook:p: `for.classes` must be OUTAGE, TRANSIENT, LATENCY, BACKLOG, "
            "SCHEMA_MISMATCH, BUSINESS_RULE, STALE_DATA, DUPLICATE, "
            "MISSED_RUN or CAPACITY, not 'outag'. Did you mean 'OUTAGE'?",
        ),
    ],
)
def test_the_fields_of_an_element(text: str, message: str) -> None:
    assert told_of(text) == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("timeout: soon", "`timeout` must be a duration such as 30s, 15m, 4h, 2d or PT15M, not 'soon'."),
        ("retry: 3", "`retry` must be a map with attempts, backoff and for, not '3'."),
        ("retry: {attempts: 0}", "`retry.attempts` must be a whole number of at least 1, not '0'."),
        ("retry: {tries: 3}", "there is no field `retry.tries`."),
        (
            "buffer: {rate: 5}",
            "`buffer.rate` must be a rate of more than 0 such as 50/s, 600/min or 9000/h, not '5'.",
        ),
        (
            "buffer: {rate: 0/s}",
            "`buffer.rate` must be a rate of more than 0 such as 50/s, 600/min or 9000/h, not '0/s'.",
        ),
        (
            "every: 0s",
            "`every` must be a duration of more than 0 such as 30s, 15m, 4h, 2d or PT15M, not '0s'.",
        ),
        (
            "cron: 61 * * * *",
            "`cron` must be a cron expression of five fields such as '*/15 6-22 * * *', not '61 * * * *'.",
        ),
        (
            "cron: 0 0 30 2 *",
            "`cron` must be a cron expression of five fields such as '*/15 6-22 * * *', not '0 0 30 2 *'.",
        ),
        (
            "every: 1 2 3",
            "`every` must be a cron expression of five fields such as '*/15 6-22 * * *', not '1 2 3'.",
        ),
        ("every: 5m, cron: 0 * * * *", "`every` and `cron` both say when it runs: keep one."),
        ("idempotent: no", "`idempotent` must be true or false, not 'no'."),
    ],
)
def test_the_fields_of_an_integration(text: str, message: str) -> None:
    problems = told_of(f"integrations: {{i: {{from: oms, to: erp, transport: batch, {text}}}}}")

    assert problems == [f"b.yaml:1: integration:i: {message}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("takes: {p95: 5m}", "`takes.p50` is missing."),
        ("takes: {p50: 5m, p95: 4m}", "`takes.p95` must not be less than `takes.p50`."),
        ("takes: 5:30", "`takes` must be a duration such as 30s, 15m, 4h, 2d or PT15M, not '5:30'."),
        ("surfaces_at: c, reads: [stock]", "`surfaces_at`: workflow 'w' has no step 'c'."),
        ("then: [bb]", "`then`: workflow 'w' has no step 'bb'. Did you mean 'b'?"),
        ("then: ['step:v/b']", "`then`: workflow 'w' has no step 'step:v/b'."),
        ("then: [{via: link}]", "`then.step` is missing."),
        ("then: [{step: b, share: 60}]", "`then.share` must be a number from 0 to 1, not '60'."),
        (
            "then: [{step: b, share: 0.7}, {step: a, share: 0.4}]",
            "the shares of `then` add up to 1.1: they must not be more than 1.",
        ),
        (
            "then: [{step: b, when: {channel: [web]}}]",
            "there is no field `then.when.channel`. Did you mean 'channels'?",
        ),
        ("any_of: [[oms], []]", "`any_of` must not be empty."),
        ("any_of: []", "`any_of` must not be empty."),
        (
            "needs: [{any_of: [[omss]]}]",
            "`needs.any_of`: There is no system or api or integration 'omss'. Did you mean 'oms'?",
        ),
        ("needs: [{switch_after: 5m}]", "`needs.any_of` is missing."),
        ("emits: {postings: [{via: link}]}", "`emits.postings.type` is missing."),
        ("emits: {posting: []}", "there is no field `emits.posting`. Did you mean 'postings'?"),
        (
            "emits: {postings: [{type: p, amount: all}]}",
            "`emits.postings.amount` must be `value` or a fraction of it, such as 0.6, not 'all'.",
        ),
        (
            "emits: {postings: [{type: p, amount: -1}]}",
            "`emits.postings.amount` must be `value` or a fraction of it, such as 0.6, not '-1'.",
        ),
        (
            "emits: {postings: [{type: invoice, after: [goods_isue]}, {type: goods_issue}]}",
            "`emits.postings.after`: no step of workflow 'w' emits a posting 'goods_isue'. Did you mean "
            "'goods_issue'?",
        ),
        ("emits: {tasks: [{type: p, account: '1'}]}", "there is no field `emits.tasks.account`."),
    ],
)
def test_the_fields_of_a_step(text: str, message: str) -> None:
    assert told_of_step(text) == [f"b.yaml:4: step:w/a: {message}"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from: omss", "`from`: There is no system or api 'omss'. Did you mean 'oms'?"),
        ("from: OMS", "`from`: There is no system or api 'OMS'. Did you mean 'oms'?"),
        ("from: qqqq", "`from`: There is no system or api 'qqqq'."),
        (
            "from: stock",
            "`from`: There is no system or api 'stock'. There is data:stock, but here it must be system or "
            "api.",
        ),
        (
            "from: 'data:stock'",
            "`from`: 'data:stock' is of a kind that may not stand here: it must be system or api.",
        ),
        ("from: 'api:oms'", "`from`: There is no api 'oms'. There is system:oms, but here it must be api."),
        ("from: {}", "`from` must name a system or api, not a map."),
    ],
)
def test_a_reference_that_names_nothing(text: str, message: str) -> None:
    assert told_of(f"integrations: {{i: {{{text}, to: erp, transport: sync}}}}") == [
        f"b.yaml:1: integration:i: {message}"
    ]


def test_a_bare_key_that_fits_several_kinds_there_names_them() -> None:
    problems = told(
        "systems: {a: {}, b: {}}\napis: {a: {system: a}}\nintegrations: {i: {from: b, to: a, transport: "
        "sync}}"
    )

    assert problems == ["a.yaml:3: integration:i: `to`: 'a' may be system:a or api:a: write which."]


def test_a_bare_key_is_clear_where_only_one_of_the_kinds_may_stand_there() -> None:
    assert (
        told(
            "systems: {a: {}, b: {needs: ['api:a']}}\napis: {a: {system: a}}\nintegrations: {i: {from: b, "
            "to: 'system:a', via: [a], transport: sync}}"
        )
        == []
    )


def test_every_problem_is_reported_at_once_in_the_order_of_files_and_lines() -> None:
    problems = told(
        "systems:\n  a: {tier: x, owner: nobody}\n  b: {zzz: 1}\n", "apis:\n  c: {system: d}\n  e f: {}\n"
    )

    assert [problem.partition(": ")[0] for problem in problems] == [
        "a.yaml:2",
        "a.yaml:2",
        "a.yaml:3",
        "b.yaml:2",
        "b.yaml:3",
    ]


def test_a_faulty_element_may_still_be_referred_to() -> None:
    assert told("systems:\n  a: {tier: x}\napis: {c: {system: a}}") == [
        "a.yaml:2: system:a: `tier` must be a whole number of at least 1, not 'x'."
    ]


def test_a_key_defined_in_two_files_names_both_places() -> None:
    assert told("systems:\n  a: {}", "systems: {a: {}}") == [
        "b.yaml:1: system 'a' is defined twice: at a.yaml:2 and here. Keep one."
    ]


def test_a_location_in_a_document_and_a_table_names_both_places() -> None:
    checked = check_documents(
        {"a.yaml": "locations_csv: t.csv\nlocations:\n  l: {kind: dc}", "t.csv": "id,kind\nm,dc\nl,dc\n"}
    )

    assert [str(problem) for problem in checked.errors] == [
        "a.yaml:3: location 'l' is defined twice: at t.csv:3 and here. Keep one."
    ]


@pytest.mark.parametrize(
    ("table", "messages"),
    [
        (
            "",
            [
                "t.csv:1: The column 'id' is missing: the first row must name the columns "
                "id,kind,region,name,timezone,language,hours,holidays,pickups,cutoff.",
                "t.csv:1: The column 'kind' is missing: the first row must name the columns "
                "id,kind,region,name,timezone,language,hours,holidays,pickups,cutoff.",
            ],
        ),
        ("id,kind,regon", ["t.csv:1: There is no column 'regon' for locations. Did you mean 'region'?"]),
        ("id,kind,id", ["t.csv:1: The column 'id' stands twice."]),
        (
            "id,kind\na,shop",
            ["t.csv:2: location:a: `kind` must be store, dc, 3pl, dark_store or supplier, not 'shop'."],
        ),
        (
            "id,kind\n,store",
            [
                "t.csv:2: '' cannot be the key of a location: a key is printable text without white space, "
                "`/` and `:`."
            ],
        ),
        ("id,kind\na", ["t.csv:2: location:a: `kind` is missing."]),
        (
            "id,kind\na,store,x",
            ["t.csv:2: The row has 3 cells, but the header has 2: put a cell with commas in quotes."],
        ),
        (
            'id,kind,name\nb,dc,"two\nlines"\na,shop,c',
            ["t.csv:4: location:a: `kind` must be store, dc, 3pl, dark_store or supplier, not 'shop'."],
        ),
    ],
)
def test_a_table_of_locations(table: str, messages: list[str]) -> None:
    checked = check_documents({"a.yaml": "locations_csv: t.csv\nsystems: {s: {}}", "t.csv": table})

    assert [str(problem) for problem in checked.errors] == messages


def test_a_file_that_is_not_yaml_raises_no_false_alarms_about_what_it_holds() -> None:
    assert told("systems: {a: {}", "apis: {b: {system: a}}") == [
        "a.yaml:1: This is not YAML: did not find expected ',' or '}' (while parsing a flow mapping that "
        "begins in line 1)."
    ]


def test_a_faulty_topology_is_not_given() -> None:
    with pytest.raises(BadInputError) as caught:
        parse_topology({"a.yaml": "systems: {a: {tier: x}, b: {tier: y}}"})

    assert [problem.line for problem in caught.value.problems] == [1, 1]
