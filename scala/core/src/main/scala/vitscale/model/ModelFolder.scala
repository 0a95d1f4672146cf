package vitscale.model

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import vitscale.ModelException
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** A model on disk, checked: every file that its runtime needs is there and fits the others.
  *
  * @param path
  *   the folder it was opened from
  * @param precision
  *   name of its numbers: `fp32`, `int8`, ...
  * @param runtime
  *   what computes its forward pass
  * @param onnxFolder
  *   `model.onnx` and `assets/`: what Spark NLP's `loadSavedModel` takes
  * @param name
  *   source of the export: a hub name or a folder
  * @param weights
  *   `pretrained`, or `random` if the hub could not be reached
  * @param modelType
  *   family of the model, `model_type` of its `config.json`
  * @param labels
  *   label texts, by class id
  * @param scores
  *   function that maps logits to scores
  * @param imageHeight
  *   height of the model's input, in pixels
  * @param imageWidth
  *   width of the model's input, in pixels
  * @param recordedSha256
  *   hash of the ONNX file, where the export recorded it
  * @param featureProblem
  *   why the graph has no output with features, by the export's record; none if it has one, or there is no record
  */
final case class ModelFolder(
    path: Path,
    precision: String,
    runtime: ModelRuntime,
    onnxFolder: Path,
    preprocessorConfig: Path,
    name: String,
    weights: String,
    modelType: String,
    labels: IndexedSeq[String],
    scores: ScoreFunction,
    imageHeight: Int,
    imageWidth: Int,
    recordedSha256: Option[String],
    featureProblem: Option[String] = None
) {

  /** The error if features are requested of a model that has none. */
  private[vitscale] def withoutFeatures: ModelException = {
    val isGraph = runtime == ModelRuntime.OnnxRuntime
    val what = if (isGraph) s"The graph $onnxFile" else s"The model $path on oneDNN"
    val unrecorded =
      if (isGraph) "Export the model again: vitscale export MODEL -o DIR" else ModelFolder.NotLinear
    new ModelException(s"$what has no output features. ${featureProblem.getOrElse(unrecorded)}")
  }

  def onnxFile: Path = onnxFolder.resolve(OnnxFolder.GraphFile)

  /** How oneDNN rounds activations to 8 bits, as `vitscale calibrate` writes it. */
  def calibrationFile: Path = path.resolve(ModelFolder.CalibrationPlace)

  /** The files that a copy of the folder needs for its runtime, relative to `path`. */
  def files: Seq[Path] = {
    val settings = ModelFolder.ownFiles.map(path.resolve(_))
    val all = runtime match {
      case ModelRuntime.OnnxRuntime => settings ++ graphFiles
      case ModelRuntime.OneDnn => settings ++ calibrations ++ WeightFiles.withIndex(path)
    }
    all.filter(Files.isRegularFile(_)).map(path.relativize)
  }

  /** The warning about random weights; none if the model is trained. */
  def warning: Option[String] =
    if (weights != ModelFolder.Random) None
    else
      Some(
        s"The weights of $name are random, so its labels mean nothing. " +
          "Export a trained model with `vitscale export MODEL -o DIR`."
      )

  /** Refuse a model that is no plain ViT.
    *
    * @param user
    *   what needs one, for the message
    * @throws vitscale.ModelException
    *   if `model_type` of its `config.json` is another
    */
  def requireVit(user: String): Unit =
    if (modelType != ModelConfig.Vit)
      throw new ModelException(
        s"$name is a $modelType; $user runs ViT (model_type ${ModelConfig.Vit}) only. Use ViTImageClassifier, " +
          "vitscale.ViT or vitscale classify."
      )

  private def calibrations: Seq[Path] =
    if (PassPrecision.of(precision).numbers == ModelFolder.Int8) Seq(calibrationFile) else Seq.empty

  private def graphFiles: Seq[Path] = {
    val walked = Files.walk(onnxFolder)
    try walked.iterator().asScala.toIndexedSeq
    finally walked.close()
  }

  /** The large files that determine the predictions. */
  private[vitscale] def modelFiles: Seq[Path] = runtime match {
    case ModelRuntime.OnnxRuntime => Seq(onnxFile)
    case ModelRuntime.OneDnn => WeightFiles.of(path)
  }

  /** SHA-256 of the ONNX file as recorded, else what [[computedSha256]] gives. */
  lazy val recordedOrComputedSha256: String =
    recordedSha256.filter(_ => runtime == ModelRuntime.OnnxRuntime).getOrElse(computedSha256)

  /** SHA-256 of the current ONNX file or weights, computed and not taken from the record. Of shards, it is the SHA-256 of
    * their hashes.
    */
  def computedSha256: String = modelFiles.map(Sha256.of) match {
    case Seq(one) => one
    case shards => Sha256.of(shards.mkString("\n"))
  }

  /** Hash of all other files that determine the predictions: preprocessing, labels, weights beside the graph. The origin of
    * the model is not part of it.
    */
  def settingsSha256: String = {
    val others = modelFiles.map(path.relativize).toSet
    val deciding = files.filterNot(file => file.endsWith(ModelFolder.ProvenanceFile) || others(file))
    val hashes = deciding.map(file => s"$file ${Sha256.of(path.resolve(file))}").sorted
    Sha256.of(hashes.mkString("\n"))
  }
}

object ModelFolder {

  /** `weights` of a trained model. */
  val Pretrained = "pretrained"

  /** `weights` of a model whose labels mean nothing. */
  val Random = "random"

  private val NotLinear = "Its classification head is not one linear layer."

  /** The precision of the checkpoint, and the default. */
  private[vitscale] val Fp32 = "fp32"

  private val Int8 = "int8"
  private val CalibrationPlace = "onednn/int8/scales.json"
  private[model] val ConfigFile = "config.json"
  private[model] val PreprocessorFile = "preprocessor_config.json"
  private[model] val ProvenanceFile = "vitscale.json"

  private val ownFiles = Seq(ConfigFile, PreprocessorFile, ProvenanceFile)

  /** Opens a model folder as `vitscale export` writes it.
    *
    * @param precision
    *   the folder below `onnx/`: `fp32`, `int8`, `fp32-uint8`, ...
    * @param runtime
    *   what will run it: ONNX Runtime needs the graph, oneDNN the checkpoint's weights
    * @throws vitscale.ModelException
    *   if there is no such folder, a file is missing, or the files do not fit each other
    */
  def open(
      path: Path,
      precision: String,
      runtime: ModelRuntime = ModelRuntime.OnnxRuntime
  ): ModelFolder = {
    val root = path.toAbsolutePath.normalize
    if (!Files.isDirectory(root))
      throw MissingModel.notFolder(path, root)
    val onnx = OnnxFolder.in(root, precision)
    val own = Seq(ConfigFile, PreprocessorFile, ProvenanceFile).map(root.resolve(_))
    requireFiles(
      root,
      if (runtime == ModelRuntime.OnnxRuntime) own ++ OnnxFolder.files(onnx) else own,
      MissingModel.remedy(root, path, precision, runtime)
    )
    if (runtime == ModelRuntime.OneDnn) WeightFiles.of(root)
    val config = ModelConfig.read(root.resolve(ConfigFile))
    val provenance = JsonFile.read(root.resolve(ProvenanceFile))
    val (height, width) = config.imageSize.getOrElse(madeSize(root.resolve(PreprocessorFile)))
    ModelFolder(
      path = root,
      precision = precision,
      runtime = runtime,
      onnxFolder = onnx,
      preprocessorConfig = root.resolve(PreprocessorFile),
      name = provenance.path("name").asText(root.getFileName.toString),
      weights = provenance.path("weights").asText(Pretrained),
      modelType = config.modelType,
      labels = config.labels,
      scores = ScoreFunction.of(config.problemType, config.labels.size),
      imageHeight = height,
      imageWidth = width,
      recordedSha256 = Option(provenance.path("onnx").path(precision).path("sha256").textValue),
      featureProblem =
        if (runtime == ModelRuntime.OneDnn) None
        else
          problemOf(
            provenance.path("onnx").path(precision).path("features"),
            s"${GraphName.exportOptions(precision).getOrElse(s"--precision $precision")} -o $path"
          )
    )
  }

  /** @param recorded
    *   width of the features; null if the head is no single linear layer; missing in records of older versions
    */
  private def problemOf(recorded: JsonNode, options: String): Option[String] =
    if (recorded.isInt) None
    else if (recorded.isNull) Some(NotLinear)
    else Some(s"Export the model again: vitscale export MODEL $options")

  /** Height and width of the images that an image processor makes. */
  private[model] def madeSize(file: Path): (Int, Int) = {
    val preprocessor = new Preprocessor(PreprocessorConfig.read(file))
    (preprocessor.height, preprocessor.width)
  }

  private[model] def requireFiles(root: Path, files: Seq[Path], remedy: String): Unit =
    files.find(!Files.isRegularFile(_)).foreach { missing =>
      throw new ModelException(s"The model folder $root lacks ${root.relativize(missing)}. $remedy")
    }
}
