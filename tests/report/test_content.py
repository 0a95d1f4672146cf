"""What the page says of failures, disagreement, claims and machines; and that it runs nothing foreign."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.fixtures.results import benchmark, crashed, example, parity, single_stream, suite, whole
from tests.report.conftest import Browser, Write, traces

HOSTILE = (
    "<b>&amp;</b><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">.jpg"
)


def test_the_control_the_budget_the_ledger_and_the_hashes_are_shown(opened_whole: Browser) -> None:
    text = opened_whole.run("return document.body.innerText")
    for part in (
        "huggingface against itself",
        "It holds 1, as it should",
        "rounds 4 to 5",
        "Was every image accounted for?",
        "0123456789abcdef" * 4,
        "a" * 64,
        "b" * 64,
    ):
        assert part in text


def test_the_claims_stand_in_a_table_with_ours_and_the_reason(opened_whole: Browser) -> None:
    rows = opened_whole.run(
        "return [...document.querySelectorAll('.claims table.cards tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.innerText))"
    )
    assert len(rows) == 12
    tested = next(row for row in rows if "65" in row[0] and "ONNX" in row[-1])
    assert tested[1] == "1.65\N{MULTIPLICATION SIGN}"
    assert tested[3].startswith("0.70\N{MULTIPLICATION SIGN}")
    assert "not testable here" in tested[4]
    assert "Fewer images" in tested[-1]
    assert "comparisons[4]" in tested[-1]


def test_no_complaint_and_nothing_fetched(opened: Browser) -> None:
    assert opened.complaints() == []
    assert opened.run("return performance.getEntriesByType('resource').map(entry => entry.name)") == []
    assert opened.run("return document.querySelectorAll('[src], link:not([href^=\"data:\"])').length") == 0


def test_the_policy_forbids_the_network_and_foreign_scripts(opened: Browser) -> None:
    outcome = opened.driver.execute_async_script(
        "const done = arguments[0];"
        "const script = document.createElement('script'); script.textContent = 'window.foreign = true';"
        "document.body.append(script);"
        "fetch('data:,x').then(() => done('fetched'), () => done(window.foreign ? 'ran' : 'refused'))"
    )
    assert outcome == "refused"
    assert any("Content Security Policy" in complaint for complaint in opened.complaints())


def test_who_disagrees_is_marked_in_table_chart_and_caveats(opened: Browser) -> None:
    marked = opened.run(
        "return [...document.querySelectorAll('.summary tr.differs th')].map(one => one.innerText.trim())"
    )
    assert marked == ["spark-nlp", "spark-nlp (py4j)"]
    assert traces(opened, "speed-up")[0]["marker"]["pattern"]["shape"] == ["", "", "", "", "/", "/"]
    grave = opened.run("return document.querySelector('.caveats .grave').innerText")
    assert grave.startswith("spark-nlp and spark-nlp (py4j) disagree. Only 15 of 16 images")


def test_what_failed_is_named_with_its_reason(opened: Browser) -> None:
    text = opened.run("return document.getElementById('results-1-failures').parentElement.innerText")
    assert "the machine probably ran out of memory" in text
    assert "Java heap space" in text
    assert "dogs/truncated.jpg image file is truncated (12 bytes missing) (all backends)" in text


def test_random_weights_and_the_command_are_said(opened: Browser) -> None:
    text = opened.run("return document.body.innerText")
    assert "The weights are random" in text
    assert "vitscale bench --images 'my photos' --batch-size 1,4,8" in text


def test_hostile_text_is_inert_and_shown_as_it_is(browser: Browser, written: Write) -> None:
    results = example()
    results["command"] = ["vitscale", HOSTILE, "</script><script>document.title='owned'</script>"]
    results["workload"]["model"]["name"] = results["environment"]["cpu"] = HOSTILE
    results["environment"]["versions"] = {HOSTILE: HOSTILE}
    results["benchmarks"] += [
        benchmark("vitscale", 2, [9, 9.5], options={"precision": HOSTILE}),
        crashed("openvino", 1, HOSTILE),
        benchmark("openvino", 2, [1, 1.5], failed=[{"file": HOSTILE, "reason": "<b>bold</b> \udce9"}]),
    ]
    results["parity"].append(parity(f"vitscale:precision={HOSTILE}", top1_agreement=0.5))
    browser.emulate()
    browser.open(written(results))
    assert browser.complaints() == []
    assert "owned" not in browser.run("return document.title.replace(/document.title='owned'/g, '')")
    assert browser.run("return document.querySelectorAll('img, .images b, .ledger b').length") == 0
    assert browser.run("return document.scripts.length") == 5 + 2  # the charts' data, Plotly, and ours
    assert HOSTILE in browser.run("return document.querySelector('.images').innerText")
    drawn = browser.run("return document.getElementById('results-1-speed-up').textContent")
    assert "".join(HOSTILE.split()) in "".join(drawn.split())  # its name takes several lines


def test_the_same_results_make_the_same_page(written: Write) -> None:
    first = written(example(), name="first.html").read_bytes()
    second = written(copy.deepcopy(example()), name="second.html").read_bytes()
    assert first == second


def test_machines_stand_apart_with_claims_of_their_own_and_a_warning(
    browser: Browser, written: Write
) -> None:
    other = whole()
    other["environment"]["cpu"] = "Another CPU"
    browser.emulate()
    browser.open(written(whole(), other, single_stream()))
    groups = browser.run(
        "return [...document.querySelectorAll('.group')].map("
        "one => [one.querySelector('.machine').innerText, one.querySelectorAll('article').length,"
        " one.querySelectorAll('.claims').length])"
    )
    assert groups == [
        ["Example CPU @ 2.00GHz, 2 cores, 16.0 GiB", 2, 1],
        ["Another CPU, 2 cores, 16.0 GiB", 1, 1],
    ]
    assert "different machines" in browser.run("return document.querySelector('.caveats').innerText")
    links = browser.run("return [...document.querySelectorAll('nav a')].map(one => one.hash.slice(1))")
    ids = browser.run("return [...document.querySelectorAll('[id]')].map(one => one.id)")
    assert links == ["results-1", "results-2", "results-3"]
    assert set(links) <= set(ids)
    page_ids = [one for one in ids if one.startswith(("results-", "claims-"))]
    assert len(page_ids) == len(set(page_ids))
    assert browser.complaints() == []


@pytest.mark.parametrize(
    "results",
    [
        suite([]),
        suite([crashed("vitscale", 1, "no memory")]),
        suite([benchmark("onnxruntime", 4, [1.0, 2.0])]),
        suite([benchmark("huggingface", 1, [1.0]), benchmark("vitscale", 1, [1.0, 3.0], device="gpu")]),
    ],
    ids=["empty", "only a crash", "one cell", "warm-up only"],
)
def test_little_is_shown_without_a_complaint(
    browser: Browser, written: Write, results: dict[str, Any]
) -> None:
    browser.emulate()
    browser.open(written(results))
    assert browser.complaints() == []
    assert browser.run("return document.querySelector('h2').innerText.length") > 10
