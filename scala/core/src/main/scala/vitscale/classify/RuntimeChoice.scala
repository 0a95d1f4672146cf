package vitscale.classify

import java.nio.file.Path

import vitscale.UsageException
import vitscale.device.Device
import vitscale.model.{ModelFolder, ModelRuntime, OnnxFolder}
import vitscale.onednn.OneDnnFit
import vitscale.onednn.library.OneDnn
import vitscale.onnx.OnnxModel

/** The library that computes the forward pass of a model on this machine.
  *
  * The rule measures nothing, so one machine always makes the same choice: oneDNN where benchmarks showed it to be faster,
  * ONNX Runtime elsewhere.
  *
  * @param folder
  *   the model, opened for that library
  * @param reason
  *   why it was chosen, for the user
  */
final case class RuntimeChoice(folder: ModelFolder, reason: String)

object RuntimeChoice {

  /** Choose the library by this rule. */
  val Auto = "auto"

  val names: Seq[String] = Auto +: ModelRuntime.names

  /** A library for the user: `oneDNN 3.13.0 (avx512_core_amx)`. */
  def inWords(runtime: ModelRuntime): String = runtime match {
    case ModelRuntime.OneDnn => s"oneDNN ${OneDnn.version} (${OneDnn.instructionSet})"
    case ModelRuntime.OnnxRuntime => s"ONNX Runtime ${OnnxModel.libraryVersion}"
  }

  /** The same text, or the reason why the library cannot be used in this process. */
  def stateInWords(runtime: ModelRuntime): String = runtime match {
    case ModelRuntime.OneDnn => OneDnn.problem.fold(inWords(runtime))(reason => s"not usable: $reason")
    case ModelRuntime.OnnxRuntime => inWords(runtime)
  }

  /** Open a model for the requested library, or for the one that this rule chooses.
    *
    * @param path
    *   a model folder, or the folder with `model.onnx`
    * @param asked
    *   one of [[names]]
    * @throws vitscale.UsageException
    *   if there is no such runtime, or it does not run on the device
    * @throws vitscale.ModelException
    *   if a file is missing, or the files do not fit each other
    */
  def open(path: Path, precision: String, asked: String, device: Device): RuntimeChoice =
    ModelRuntime.named(asked) match {
      case Some(ModelRuntime.OneDnn) if device != Device.Cpu =>
        throw new UsageException(
          "The runtime onednn runs only on the CPU. Choose the runtime onnxruntime to use a GPU."
        )
      case Some(runtime) => RuntimeChoice(folderFor(path, precision, runtime), "it was asked for")
      case None if asked == Auto => automatic(path, precision, device)
      case None =>
        throw new UsageException(s"There is no runtime $asked; expected one of ${names.mkString(", ")}.")
    }

  private def folderFor(path: Path, precision: String, runtime: ModelRuntime): ModelFolder =
    if (!OnnxFolder.is(path)) ModelFolder.open(path, precision, runtime)
    else if (runtime == ModelRuntime.OnnxRuntime) OnnxFolder.open(path)
    else
      throw new UsageException(
        s"$path holds only a graph, but oneDNN needs the checkpoint's weights. Give the model folder around it, or choose " +
          "the runtime onnxruntime."
      )

  private def automatic(path: Path, precision: String, device: Device): RuntimeChoice = {
    lazy val weights = ModelFolder.open(path, precision, ModelRuntime.OneDnn)
    val obstacle =
      if (device != Device.Cpu) Some("it runs on GPUs")
      else if (OnnxFolder.is(path)) Some("the folder holds only a graph")
      else OneDnnFit.missing(path, precision).orElse(OneDnnFit.obstacle(weights))
    obstacle match {
      case None => RuntimeChoice(weights, "it is the faster one on this processor")
      // Without a graph, oneDNN is the only choice. Its own error names a missing file.
      case Some(_) if OneDnnFit.missing(path, precision).isEmpty && !OnnxFolder.isIn(path, precision) =>
        RuntimeChoice(weights, s"the model folder has no graph in $precision")
      case Some(reason) => RuntimeChoice(folderFor(path, precision, ModelRuntime.OnnxRuntime), reason)
    }
  }
}
