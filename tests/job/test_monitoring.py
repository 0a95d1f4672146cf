"""What Spark's own monitoring tells about a stage: its metrics, as Prometheus reads them, and its UI."""

import json
import subprocess
import sys
from pathlib import Path

SESSION = """
import json, sys, urllib.request
import vitscale
from vitscale.ml import ViTImageClassifier

model, images = sys.argv[1:]
spark = vitscale.start("local[2]", settings={
    "spark.ui.enabled": "true",
    "spark.ui.port": "0",
    "spark.metrics.namespace": "photos",
    "spark.metrics.conf.*.sink.prometheusServlet.class": "org.apache.spark.metrics.sink.PrometheusServlet",
    "spark.metrics.conf.*.sink.prometheusServlet.path": "/metrics/prometheus",
})
frame = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(images)
ViTImageClassifier(modelPath=model).transform(frame).select("classification").collect()

def page(path):
    return urllib.request.urlopen(spark.sparkContext.uiWebUrl + path).read().decode()

stages = f"/api/v1/applications/{spark.sparkContext.applicationId}/stages?details=false"
json.dump({"metrics": page("/metrics/prometheus/"), "stages": json.loads(page(stages))}, sys.stdout)
"""


def test_sparks_metrics_and_ui_count_images_failures_and_times(
    tiny_model: Path, photos: Path, tmp_path: Path
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for number, photo in enumerate(sorted(photos.rglob("*.jpg"))[:3]):
        (images / f"{number}.jpg").write_bytes(photo.read_bytes())
    (images / "broken.jpg").write_bytes(b"\xff\xd8 not an image")

    ran = subprocess.run(
        [sys.executable, "-c", SESSION, str(tiny_model), str(images)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout)

    values = dict(line.rsplit(" ", 1) for line in told["metrics"].splitlines())
    mine = {key.split("_vitscale_")[1]: float(value) for key, value in values.items() if "_vitscale_" in key}
    assert mine['images_Count{type="counters"}'] == 3
    assert mine['failed_Count{type="counters"}'] == 1
    assert mine['images_OneMinuteRate{type="counters"}'] >= 0
    for stage in ("decode", "preprocess", "forward", "score"):
        assert mine[f'{stage}TimeNs_Count{{type="counters"}}'] > 0

    shown = {
        one["name"]: int(one["value"]) for stage in told["stages"] for one in stage["accumulatorUpdates"]
    }
    assert shown["vitscale: images classified"] == 3
    assert shown["vitscale: images failed"] == 1
    assert shown["vitscale: forward time (ms)"] > 0
