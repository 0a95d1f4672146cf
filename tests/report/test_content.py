"""What the page says of failures, disagreement, claims and machines; and that it runs nothing foreign."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.fixtures.results import benchmark, crashed, example, parity, single_stream, suite, whole
from tests.report.conftest import Browser, Write, marks

HOSTILE = (
    "<b>&amp;</b><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">.jpg"
)


def test_the_control_the_budget_the_ledger_and_the_hashes_are_shown(opened_whole: Browser) -> None:
    opened_whole.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    text = opened_whole.run("return document.body.innerText")
    for part in (
        "huggingface against itself",
        "It contains 1, as expected",
        "rounds 4 to 5",
        "Account of all images",
        "0123456789abcdef" * 4,
        "a" * 64,
        "b" * 64,
    ):
        assert part in text


def test_claims_that_nothing_here_tests_are_not_shown(opened_whole: Browser) -> None:
    assert opened_whole.run("return document.querySelectorAll('.claims').length") == 0
    assert "claims" not in opened_whole.run("return document.querySelector('nav').innerText").lower()


def test_claims_that_are_tested_stand_in_a_table_with_ours_and_the_reason(
    browser: Browser, written: Write
) -> None:
    results = whole()
    results["workload"]["images"]["files"] = 3544  # the whole sample
    browser.emulate()
    browser.open(written(results))
    rows = browser.run(
        "return [...document.querySelectorAll('.claims table.cards tbody tr')]"
        ".map(row => [...[...row.cells].map(cell => cell.innerText), row.dataset.row])"
    )
    (tested,) = rows
    assert "65" in tested[0]
    assert tested[1] == "1.65\N{MULTIPLICATION SIGN}"
    assert tested[3].startswith("0.70\N{MULTIPLICATION SIGN}")
    assert "not reproduced" in tested[4]
    assert "It is slower" in tested[5]
    assert "ONNX" in tested[5]
    assert tested[6] == "comparisons[4]"
    untested = browser.run("return document.querySelector('.claims').innerText")
    assert "4 claims (No GPU: the driver confirmed no run on one)" in untested


def test_readers_see_no_path_of_the_machine_and_none_of_the_results(browser: Browser, written: Write) -> None:
    results = whole()
    results["command"] = [
        "/opt/venv/bin/vitscale",
        "bench",
        "--images",
        "/home/me/photos",
        "--model=/srv/vit",
    ]
    results["workload"]["images"]["path"] = "/home/me/photos"
    results["workload"]["model"]["path"] = "/srv/vit"
    browser.emulate()
    browser.open(written(results))
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    text = browser.run("return document.body.textContent")
    assert "vitscale bench --images photos --model=vit" in text
    for part in ("/opt", "/home", "/srv", "benchmarks[", "comparisons[", "stages[", "parity[", "runs["):
        assert part not in text


def test_the_table_of_contents_names_every_part(opened_whole: Browser) -> None:
    links = opened_whole.run("return [...document.querySelectorAll('nav a')].map(one => one.hash.slice(1))")
    headings = opened_whole.run("return [...document.querySelectorAll('h3')].map(one => one.id)")
    assert links == headings
    assert len(links) >= 9
    opened_whole.run("document.querySelector('nav a[href$=-setup]').click()")
    opened_whole.wait_for("return location.hash", "#results-1-setup")


def test_lower_precision_on_random_weights_is_not_judged_and_not_red(
    browser: Browser, written: Write
) -> None:
    results = example()
    results["benchmarks"].append(benchmark("vitscale", 4, [9, 9.5, 9.4], options={"precision": "int8"}))
    results["parity"].append(parity("vitscale:precision=int8", top1_agreement=0.9375))
    browser.emulate()
    for weights, row_class, opacity in (("random", "not-judged", 1), ("pretrained", "differs", 0.4)):
        results["workload"]["model"]["weights"] = weights
        browser.open(written(results))
        first = "document.querySelector('.summary tbody tr')"
        assert browser.run(f"return [{first}.className, {first}.cells[0].innerText]") == [
            row_class,
            "vitscale (int8)",
        ]
        assert marks(browser, "results-1-speed-up")[0].opacity == opacity
        notes = browser.run("return document.querySelector('.notes').innerText")
        assert ("Random weights cannot show" in notes) == (weights == "random")


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
    assert [mark.opacity for mark in marks(opened, "results-1-speed-up")] == [1, 1, 1, 1, 0.4, 0.4]
    grave = opened.run("return [...document.querySelector('.notes .grave').cells].map(one => one.innerText)")
    assert grave[0] == "\N{WARNING SIGN} Only 15 of 16 images get huggingface's first label."
    assert grave[1] == "spark-nlp, spark-nlp (py4j)"
    assert "2 backends give other labels" in opened.run("return document.querySelector('.brief').innerText")


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
    assert browser.run("return document.scripts.length") == 0
    assert HOSTILE in browser.run("return document.querySelector('.images').innerText")
    drawn = browser.run("return document.getElementById('results-1-speed-up').textContent")
    assert HOSTILE in drawn


def test_the_same_results_make_the_same_page(written: Write) -> None:
    first = written(example(), name="first.html").read_bytes()
    second = written(copy.deepcopy(example()), name="second.html").read_bytes()
    assert first == second


def test_machines_stand_apart_with_claims_of_their_own_and_a_warning(
    browser: Browser, written: Write
) -> None:
    first, other = whole(), whole()
    first["workload"]["images"]["files"] = 3544  # as many as a published claim is about
    other["environment"]["cpu"] = "Another CPU"
    browser.emulate()
    browser.open(written(first, other, single_stream()))
    groups = browser.run(
        "return [...document.querySelectorAll('.group')].map("
        "one => [one.querySelector('.machine').innerText, one.querySelectorAll('article').length,"
        " one.querySelectorAll('.claims').length])"
    )
    assert groups == [
        ["Example CPU @ 2.00GHz, 2 cores, 16.0 GiB", 2, 1],
        ["Another CPU, 2 cores, 16.0 GiB", 1, 0],
    ]
    assert "different machines" in browser.run("return document.querySelector('.notes').innerText")
    links = browser.run("return [...document.querySelectorAll('nav a')].map(one => one.hash.slice(1))")
    ids = browser.run("return [...document.querySelectorAll('[id]')].map(one => one.id)")
    assert {"results-1", "results-2", "results-3", "claims-1"} <= set(links) <= set(ids)
    assert len(ids) == len(set(ids))
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
