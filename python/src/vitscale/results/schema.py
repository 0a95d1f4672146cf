"""Types of a results file, field for field as in ``results-v1.json``, with units in the names.

Fields that may be missing were added later, or only Python's harness writes them.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict, get_args

from vitscale.results.gpu_schema import DeviceUse, Gpu, GpuDevice

Scenario = Literal["offline", "single-stream"]
"""The query pattern (MLPerf): all images at once, or one after another."""


class Environment(TypedDict):
    """Machine and versions."""

    os: str
    architecture: str
    cpu: str
    cpu_count: int
    cpu_features: list[str]
    memory_bytes: int
    gpus: NotRequired[list[GpuDevice]]
    versions: dict[str, str]


class Model(TypedDict):
    """The model under test."""

    name: str
    path: str
    weights: Literal["pretrained", "random"]
    num_labels: int
    image_height: int
    image_width: int
    onnx_sha256: str
    preprocessing_sha256: NotRequired[str]


class Ignored(TypedDict):
    """Files that the listing ignored, by rule."""

    other_names: int
    hidden: int
    markers: dict[str, int]


class Images(TypedDict):
    """The images under test."""

    path: str
    files: int
    bytes: int
    sha256: NotRequired[str]
    ignored: NotRequired[Ignored]


class Workload(TypedDict):
    """Model, images and scenario."""

    scenario: Scenario
    model: Model
    images: Images


class Settings(TypedDict):
    """Settings of the measurement."""

    forks: int
    iterations: int
    warmup_images: int
    min_seconds: float
    budget_seconds: float | None
    seed: int


class Iteration(TypedDict):
    """One timed iteration over all images."""

    phase: Literal["warmup", "measurement"]
    images: int
    seconds: float
    latencies_ms: NotRequired[list[float]]


class Failure(TypedDict):
    """An image that was not predicted."""

    file: str
    reason: str


class Ledger(TypedDict):
    """Every file once: predicted, or failed with a reason."""

    files: int
    predicted: int
    failed: list[Failure]


class Run(TypedDict):
    """Raw values of one fresh process."""

    fork: NotRequired[int]
    wall_seconds: NotRequired[float]
    other_cpu_seconds: NotRequired[float]
    load_seconds: float
    first_forward_seconds: float
    peak_memory_bytes: int
    cpu_seconds: float
    device: NotRequired[DeviceUse]
    runtime: NotRequired[str]
    gpus: NotRequired[list[Gpu]]
    iterations: list[Iteration]
    ledger: Ledger


class Interval(TypedDict):
    """A 95 % confidence interval by bootstrap."""

    low: float
    high: float


class Statistics(TypedDict):
    """The figures of all measurement iterations."""

    median: float
    mad: float
    min: float
    max: float
    count: int
    ci: NotRequired[Interval | None]


class Latency(TypedDict):
    """Percentiles of all queries measured, milliseconds."""

    p50: float
    p90: float
    p99: float
    min: float
    max: float
    count: int


class BenchmarkError(TypedDict):
    """Reason why a cell has no figures."""

    type: str
    message: str


class Benchmark(TypedDict):
    """One backend with its options at one batch size."""

    key: NotRequired[str]
    control: NotRequired[bool]
    backend: str
    options: dict[str, str | int | bool]
    batch_size: int
    device: Literal["cpu", "gpu"]
    runs: list[Run]
    samples_per_sec: Statistics | None
    step_time_ms: Statistics | None
    latency_ms: NotRequired[Latency | None]
    error: BenchmarkError | None


Verdict = Literal["faster", "slower", "no measurable difference", "too few forks"]


class Comparison(TypedDict):
    """A backend against the reference, each at its best batch size, paired fork by fork."""

    backend: str
    batch_size: int
    reference: str
    reference_batch_size: int
    control: bool
    values: list[float]
    median: float
    ci: Interval | None
    verdict: Verdict


StageName = Literal["list", "read", "decode", "resize", "normalise", "copy", "forward", "postprocess"]
STAGES: tuple[StageName, ...] = get_args(StageName)
"""Stages in the order of the pipeline."""


class Stages(TypedDict):
    """Times of the stages of one image, one batch after another on one thread."""

    backend: str
    batch_size: int
    images: int
    ms_per_image: dict[StageName, float]


class Parity(TypedDict):
    """Comparison of two backends."""

    backend: str
    reference: str
    images: int
    timed_images: NotRequired[int]
    asked_images: NotRequired[int]
    ignored: NotRequired[Ignored]
    top1_agreement: float
    top5_agreement: NotRequired[float]
    max_logit_difference: float
    max_pixel_difference: int
    differing_pixels: float


class LeftOut(TypedDict):
    """Work that the time budget or the GPU's memory did not allow."""

    what: str
    reason: str


class BenchmarkSuite(TypedDict):
    """Everything that one command measured: the whole of a results file."""

    schema_version: Literal[1]
    vitscale_version: str
    created_at: str
    command: list[str]
    environment: Environment
    workload: Workload
    settings: NotRequired[Settings]
    benchmarks: list[Benchmark]
    comparisons: NotRequired[list[Comparison]]
    stages: NotRequired[list[Stages]]
    parity: list[Parity]
    left_out: NotRequired[list[LeftOut]]
