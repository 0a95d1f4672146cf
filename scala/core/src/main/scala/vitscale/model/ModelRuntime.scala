package vitscale.model

import vitscale.{NamedValue, NamedValues}

/** The library that computes a model's forward pass. */
sealed abstract class ModelRuntime(override val name: String) extends NamedValue

object ModelRuntime extends NamedValues[ModelRuntime] {

  /** Runs the exported ONNX graph, on the processor or on GPUs. */
  case object OnnxRuntime extends ModelRuntime("onnxruntime")

  /** Runs the checkpoint's own weights on the processor, in `fp32`, `bf16` or `int8`. */
  case object OneDnn extends ModelRuntime("onednn")

  override val all: Seq[ModelRuntime] = Seq(OnnxRuntime, OneDnn)
}
