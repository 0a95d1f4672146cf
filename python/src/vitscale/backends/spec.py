"""How a backend is named on the command line: ``NAME`` or ``NAME:KEY=VALUE,KEY=VALUE``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from vitscale.backends.sets import SETS
from vitscale.errors import UsageError

_Value = str | int | bool


@dataclass(frozen=True)
class Option:
    """An option of a backend.

    Attributes
    ----------
    default : str, int, bool or None
        Its value where it is not given; None leaves the choice to the library underneath.
    kind : type
        ``str``, ``int`` or ``bool``.
    choices : tuple of str
        The values allowed, where it is a choice.
    help : str
        One line for the user.
    """

    default: _Value | None
    kind: type
    help: str
    choices: tuple[str, ...] = ()


DEVICE = Option("cpu", str, "what runs the model", ("cpu", "gpu"))
GPUS = Option(1, int, "GPUs of this machine that work together")
PRECISION = Option("fp32", str, "which of the model folder's ONNX models")
THREADS = Option(None, int, "the engine's threads (by default its own choice)")

FORWARD_ALONE = "forward"
"""The engine's model without the engine, its tensors ready in memory: a limit, not a classifier."""

OPTIONS: dict[str, dict[str, Option]] = {
    "huggingface": {
        "dtype": Option("float32", str, "type of the weights", ("float32", "bfloat16", "float16")),
        "device": DEVICE,
        "num_workers": Option(0, int, "processes that load images beside the model"),
        "torch_compile": Option(False, bool, "compile the model with torch.compile"),
        "threads": Option(None, int, "torch's threads"),
    },
    "spark-nlp": {
        "bridge": Option("native", str, "called from Scala or from Python", ("native", "py4j")),
        "action": Option("write", str, "what forces Spark to compute", ("write", "count")),
        "engine": Option("onnx", str, "what runs the model", ("onnx", "tensorflow")),
        "onednn": Option(False, bool, "TensorFlow's TF_ENABLE_ONEDNN_OPTS"),
        "device": DEVICE,
        "threads": THREADS,
        "precision": PRECISION,
    },
    "vitscale": {
        "spark": Option(False, bool, "inside Spark, as a transformer"),
        "bridge": Option("native", str, "called from Scala or from Python", ("native", "py4j")),
        "device": DEVICE,
        "gpus": GPUS,
        "threads": THREADS,
        "precision": PRECISION,
    },
    "onnxruntime": {
        "device": DEVICE,
        "num_workers": Option(1, int, "threads that prepare images beside the model"),
        "threads": THREADS,
        "precision": PRECISION,
    },
    FORWARD_ALONE: {"device": DEVICE, "gpus": GPUS, "threads": THREADS, "precision": PRECISION},
    "openvino": {
        "dtype": Option("float32", str, "type of the computation", ("float32", "bfloat16")),
        "threads": THREADS,
        "precision": PRECISION,
    },
}
"""Every backend that ``vitscale bench`` knows, with its options."""

_CALLING = frozenset({"action", "bridge", "spark"})
"""Options that change how a backend is called, not what it does for a batch."""

_JVM_BACKENDS = frozenset({"spark-nlp", "vitscale", FORWARD_ALONE})
_SPEED_ONLY = frozenset({"action", "bridge", "gpus", "num_workers", "spark", "threads"})
"""Options that change how fast an answer comes, not what it is."""


@dataclass(frozen=True)
class BackendSpec:
    """A backend and those of its options that differ from their defaults."""

    name: str
    options: dict[str, _Value] = field(default_factory=dict, hash=False)

    def __getitem__(self, key: str) -> Any:
        """Return an option's value, given or default."""
        return self.options.get(key, OPTIONS[self.name][key].default)

    @property
    def precision(self) -> str:
        """Which of the model folder's ONNX models it runs, or is compared beside."""
        return str(self.options.get("precision", "fp32"))

    @property
    def device(self) -> Literal["cpu", "gpu"]:
        """What runs the model, as it was asked for."""
        return "gpu" if self.options.get("device") == "gpu" else "cpu"

    @property
    def gpus(self) -> int:
        """How many GPUs it is to use together, where it uses any."""
        return int(self.options.get("gpus", 1))

    def on_gpu(self) -> BackendSpec:
        """Return the same on a GPU where it can run there, as it is where it cannot."""
        if "device" not in OPTIONS[self.name] or self.uses_tensorflow:
            return self
        return _consistent(BackendSpec(self.name, {**self.options, "device": "gpu"}))

    @property
    def uses_tensorflow(self) -> bool:
        """Whether Spark NLP runs the model in TensorFlow."""
        return self.options.get("engine") == "tensorflow"

    @property
    def environment(self) -> dict[str, str]:
        """Variables of its process: TensorFlow reads them when it is loaded, and offers no other way."""
        if not self.uses_tensorflow:
            return {}
        variables = {"TF_ENABLE_ONEDNN_OPTS": str(int(self["onednn"]))}
        return variables | ({"TF_NUM_INTRAOP_THREADS": str(self["threads"])} if self["threads"] else {})

    @property
    def inside(self) -> BackendSpec:
        """What works inside, however it is called: where its time goes is asked of it directly."""
        return self._without(_CALLING)

    @property
    def is_native(self) -> bool:
        """Whether it runs in a JVM of its own, without Python."""
        return self.name in _JVM_BACKENDS and self.options.get("bridge", "native") == "native"

    @property
    def gives_answers(self) -> bool:
        """Whether it classifies images, rather than marking how fast that could be."""
        return self.name != FORWARD_ALONE

    def without_speed_options(self) -> BackendSpec:
        """Return what decides the answers: options that only change speed are dropped."""
        return self._without(_SPEED_ONLY)

    def _without(self, dropped: frozenset[str]) -> BackendSpec:
        return BackendSpec(
            self.name, {key: value for key, value in self.options.items() if key not in dropped}
        )

    def __str__(self) -> str:
        """Return the notation that :func:`parse` reads."""
        options = ",".join(f"{key}={str(value).lower()}" for key, value in self.options.items())
        return f"{self.name}:{options}" if options else self.name


def needs_java(backend: BackendSpec) -> bool:
    """Tell whether a backend starts a JVM, natively or over py4j."""
    return backend.name in _JVM_BACKENDS


def parse(text: str) -> BackendSpec:
    """Read ``NAME`` or ``NAME:KEY=VALUE,KEY=VALUE``.

    Raises
    ------
    UsageError
        If the backend, an option or a value is not known.

    Examples
    --------
    >>> parse("spark-nlp:bridge=py4j,action=write")
    BackendSpec(name='spark-nlp', options={'bridge': 'py4j'})
    """
    name, _, rest = text.partition(":")
    if name not in OPTIONS:
        known_sets = ", ".join(SETS)
        raise UsageError(
            f"Unknown backend {name!r}. Known are {', '.join(OPTIONS)}; sets of them are {known_sets}."
        )
    known = OPTIONS[name]
    options: dict[str, _Value] = {}
    for item in filter(None, rest.split(",")):
        key, equals, value = item.partition("=")
        if key not in known or not equals:
            wanted = ", ".join(f"{name}={option.default}" for name, option in known.items())
            raise UsageError(f"Backend {name} has no option {item!r}. Its options, with defaults: {wanted}.")
        converted = _convert(f"{name}:{key}", known[key], value)
        if converted != known[key].default:
            options[key] = converted
    return _consistent(BackendSpec(name, options))


def _consistent(spec: BackendSpec) -> BackendSpec:
    """Refuse options that would say something untrue together."""
    if spec.uses_tensorflow and spec.precision != "fp32":
        raise UsageError(f"{spec}: Spark NLP's TensorFlow engine runs fp32 alone. Leave precision out.")
    if "onednn" in spec.options and not spec.uses_tensorflow:
        raise UsageError(f"{spec}: onednn switches TensorFlow; add engine=tensorflow.")
    return _consistent_on_gpu(spec)


def _consistent_on_gpu(spec: BackendSpec) -> BackendSpec:
    is_on_gpu = spec.device == "gpu"
    if is_on_gpu and spec.uses_tensorflow:
        raise UsageError(f"{spec}: Spark NLP's TensorFlow engine runs on processors here. Leave device out.")
    if is_on_gpu and "threads" in spec.options and spec.name != "huggingface":
        raise UsageError(f"{spec}: a forward pass on a GPU takes no cores. Leave threads out.")
    if "gpus" in spec.options and not (is_on_gpu and spec["gpus"]):
        raise UsageError(f"{spec}: gpus counts GPUs, at least 1, with device=gpu.")
    return spec


def _convert(what: str, option: Option, value: str) -> _Value:
    if option.choices and value not in option.choices:
        raise UsageError(f"{what} is {value!r}; expected {' or '.join(option.choices)}.")
    if option.kind is bool:
        if value not in ("true", "false"):
            raise UsageError(f"{what} is {value!r}; expected true or false.")
        return value == "true"
    if option.kind is int:
        if not value.isdecimal():
            raise UsageError(f"{what} is {value!r}; expected a whole number of at least 0.")
        return int(value)
    return value
