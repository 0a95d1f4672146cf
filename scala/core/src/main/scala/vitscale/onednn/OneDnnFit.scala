package vitscale.onednn

import java.nio.file.{Files, Path}

import vitscale.ModelException
import vitscale.model.{ModelFolder, PassPrecision, WeightFiles}
import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.library.{Numbers, OneDnn}
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** Whether this engine can run a model, and is the fastest way to do so. Each answer is the reason against it. */
private[vitscale] object OneDnnFit {

  /** What the engine would need of the folder, looked at without loading the library. */
  def missing(path: Path, precision: String): Option[String] =
    if (!Numbers.Names.contains(PassPrecision.of(precision).numbers))
      Some(s"oneDNN has no precision $precision (${Numbers.Names.mkString(", ")})")
    else if (!WeightFiles.existIn(path)) Some("the model folder has no weights as safetensors")
    else None

  def obstacle(folder: ModelFolder): Option[String] =
    unknownModel(folder).orElse(OneDnn.problem).orElse(slow(folder))

  private def unknownModel(folder: ModelFolder): Option[String] =
    try {
      val preprocessor = new Preprocessor(PreprocessorConfig.read(folder.preprocessorConfig))
      val hasCodes = OneDnnPass.configOf(folder, preprocessor).codedBlocks.isDefined
      if (numbersOf(folder) == "int8" && !hasCodes) Some(OneDnnPass.WithoutCodes.stripSuffix(".")) else None
    } catch { case error: ModelException => Some(error.getMessage.stripSuffix(Settings.Remedy)) }

  private def numbersOf(folder: ModelFolder): String = PassPrecision.of(folder.precision).numbers

  private def slow(folder: ModelFolder): Option[String] = {
    val instructions = OneDnn.instructions
    numbersOf(folder) match {
      case "fp32" if !instructions.avx512 => Some("without AVX-512 oneDNN is no faster in fp32")
      case "bf16" if !instructions.bf16 => Some("this processor has no instructions for bf16")
      case "int8" if !instructions.vnni => Some("this processor has no VNNI")
      case "int8" if !Files.isRegularFile(folder.calibrationFile) =>
        Some(
          s"the model folder has no calibration for oneDNN (vitscale calibrate ${folder.path} --images DIR)"
        )
      case _ => None
    }
  }
}
