"""Notes on figures."""

from __future__ import annotations

from vitscale.report.caveats import caveats_between, caveats_of
from vitscale.report.summary import summarise_results

from tests.fixtures.results import benchmark, example, suite


def test_caveats_name_what_endangers_belief() -> None:
    lost = benchmark("onnxruntime", 1, [1, 2])
    lost["runs"][0]["ledger"]["predicted"] -= 3
    caveats = caveats_of(summarise_results(suite([lost])))
    assert [caveat.is_grave for caveat in caveats] == [True, False, False]
    assert caveats[0].sentence.startswith("onnxruntime: It lost 3 images")
    assert "huggingface was not measured" in caveats[1].text
    assert caveats[2].sentence.startswith("onnxruntime: Measured only once")
    assert not caveats_of(summarise_results(suite([benchmark("huggingface", 1, [1, 2, 2])])))


def test_caveats_between_results() -> None:
    assert not caveats_between([example(), example()])
    other = example()
    other["environment"]["cpu"] = "Another CPU"
    other["workload"]["model"]["onnx_sha256"] = "f" * 64
    texts = [caveat.sentence for caveat in caveats_between([example(), other])]
    assert "different machines" in texts[0]
    assert "Another CPU, 2 cores, 16.0 GiB" in texts[0]
    assert "different models" in texts[1]
