package vitscale.model

/** The library that computes a model's forward pass. */
sealed abstract class ModelRuntime(val name: String)

object ModelRuntime {

  /** Runs the exported ONNX graph, on the processor or on GPUs. */
  case object OnnxRuntime extends ModelRuntime("onnxruntime")

  /** Runs the checkpoint's own weights on the processor, in `fp32`, `bf16` or `int8`. */
  case object OneDnn extends ModelRuntime("onednn")

  val all: Seq[ModelRuntime] = Seq(OnnxRuntime, OneDnn)

  def named(name: String): Option[ModelRuntime] = all.find(_.name == name)
}
