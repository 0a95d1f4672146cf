"""The reference: the Hugging Face PyTorch pipeline, as the published benchmark runs it, and tuned."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset
from transformers import AutoModelForImageClassification, pipeline
from transformers.image_utils import load_image

from vitscale.backends.base import AllPredicted, Outputs
from vitscale.backends.shared.image_processor import load_processor, single_steps
from vitscale.backends.shared.stages import StageClock, staged_pass
from vitscale.backends.spec import BackendSpec
from vitscale.errors import GpuError
from vitscale.images.image_set import ImageFolder
from vitscale.models.checkpoint.image_processor import resized_only
from vitscale.models.folder import ModelFolder
from vitscale.results.gpu_schema import DeviceUse
from vitscale.results.schema import StageName
from vitscale.system.shared_memory import refuse_without_shared_memory

_DEVICES = {"cpu": "cpu", "gpu": "cuda"}


class _Files(Dataset[str]):
    """Image paths; the pipeline opens the files itself, in its workers if it has any."""

    def __init__(self, images: ImageFolder) -> None:
        self._paths = [str(path) for path in images.paths]

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, index: int) -> str:
        return self._paths[index]


class HuggingFaceBackend:
    """``pipeline("image-classification")`` over a torch dataset.

    Parameters
    ----------
    spec : BackendSpec
        Options ``device``, ``dtype``, ``num_workers``, ``torch_compile`` and ``threads``.
    model : ModelFolder
        The model; its safetensors are loaded.
    batch_size : int
        The pipeline's batch size.

    Raises
    ------
    GpuError
        If the model is not on the requested device.
    SetupError
        If the workers lack shared memory.
    """

    survives_bad_images = False

    def __init__(self, spec: BackendSpec, model: ModelFolder, batch_size: int) -> None:
        refuse_without_shared_memory(spec["num_workers"], batch_size)
        if spec["threads"]:
            torch.set_num_threads(spec["threads"])
        self._spec = spec
        self._batch_size = batch_size
        self._processor = load_processor(model.path)
        self._steps = single_steps(self._processor, model.path)
        factory: Any = AutoModelForImageClassification  # its class is that of config.json
        loaded: Any = factory.from_pretrained(
            model.path, dtype=getattr(torch, spec["dtype"]), use_safetensors=True
        )
        network: Any = loaded.eval()
        compiled: Any = torch.compile(network) if spec["torch_compile"] else network
        self._network = compiled
        self._pipeline: Any = pipeline(
            "image-classification",
            model=network,
            image_processor=self._processor,
            device=_DEVICES[spec.device],
        )
        self._pipeline.model = self._network
        if self._pipeline.device.type != _DEVICES[spec.device]:
            raise GpuError(f"The model is on {self._pipeline.device}, not on {_DEVICES[spec.device]}.")

    def classify(self, images: ImageFolder) -> AllPredicted:
        """Classify all images, end to end from their files."""
        answers = self._pipeline(
            _Files(images), batch_size=self._batch_size, num_workers=self._spec["num_workers"]
        )
        return AllPredicted(sum(1 for _ in answers))

    def query(self, path: Path) -> str | None:
        """Classify one image that can be decoded."""
        self._pipeline(str(path))
        return None

    def stages(self, images: ImageFolder) -> dict[StageName, float]:
        """Return seconds by stage, batch after batch."""
        return staged_pass(images, self._batch_size, self._steps, self._staged_batch)

    def _staged_batch(self, clock: StageClock, arrays: list[NDArray[np.float32]]) -> None:
        with clock.stage("copy"):
            tensors = self._placed(torch.stack([torch.from_numpy(array) for array in arrays]))
        with clock.stage("forward"), torch.inference_mode():
            logits = self._network(pixel_values=tensors).logits.cpu()  # waits for the GPU
        with clock.stage("postprocess"):
            for row in logits:
                self._pipeline.postprocess({"logits": row[None]})

    def outputs(self, images: ImageFolder) -> Outputs:
        """Return pixels and logits of images that can all be decoded."""
        logits, pixels = [], []
        for path in images.paths:
            image = load_image(str(path))
            pixels.append(resized_only(self._steps, image))
            tensors = self._processor(image, return_tensors="pt")["pixel_values"]
            with torch.inference_mode():
                answer = self._network(self._placed(tensors)).logits
            logits.append(answer[0].float().cpu().numpy())
        stacked = np.stack(logits)
        return Outputs(images.files, tuple(stacked.argmax(axis=1).tolist()), stacked, np.concatenate(pixels))

    def _placed(self, tensors: torch.Tensor) -> torch.Tensor:
        """Move tensors to the model's device and type."""
        return tensors.to(self._pipeline.device, self._pipeline.dtype)

    def device_use(self) -> DeviceUse | None:
        """Return the devices of the model's weights."""
        if self._spec.device == "cpu":
            return None
        return {
            "asked": "gpu",
            "ids": [torch.cuda.current_device()],
            "providers": dict(Counter(one.device.type for one in self._pipeline.model.parameters())),
            "cpu_operators": [],
            "source": "weights",
        }

    def runtime(self) -> str | None:
        """Return None: PyTorch, always."""
        return None

    def close(self) -> None:
        """Do nothing: the process holds all resources."""
