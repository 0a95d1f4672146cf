package vitscale.model

import java.nio.file.{Files, Path}

import vitscale.ModelException
import vitscale.model.ModelFolder.{madeSize, requireFiles, ConfigFile, PreprocessorFile, ProvenanceFile}

/** The folder of one graph, `model.onnx` with `assets/`: what Spark NLP's `loadSavedModel` takes. It lies inside a model
  * folder, or stands alone.
  */
object OnnxFolder {

  private[model] val GraphFile = "model.onnx"

  /** The folder of a graph inside a model folder. */
  private[model] def in(model: Path, precision: String): Path = model.resolve("onnx").resolve(precision)

  /** Opens the folder that Spark NLP's `loadSavedModel` takes. Where it lies inside a model folder, that one is opened:
    * its labels are complete.
    *
    * @throws vitscale.ModelException
    *   if there is no such folder, a file is missing, or the files do not fit each other
    */
  def open(folder: Path): ModelFolder = {
    val onnx = folder.toAbsolutePath.normalize
    if (!Files.isDirectory(onnx))
      throw new ModelException(
        s"There is no folder $folder. Make one: vitscale export MODEL -o DIR, then name DIR/onnx/fp32"
      )
    enclosing(onnx).fold(standalone(onnx))(ModelFolder.open(_, onnx.getFileName.toString))
  }

  /** Whether a folder is what [[open]] takes, and no model folder. */
  def is(path: Path): Boolean = Files.isRegularFile(path.resolve(GraphFile))

  /** Whether a model folder holds a graph for ONNX Runtime. */
  def isIn(path: Path, precision: String): Boolean = is(in(path, precision))

  /** The model folder around the folder of a graph. */
  private[model] def enclosing(onnx: Path): Option[Path] =
    Option(onnx.getParent)
      .filter(_.endsWith("onnx"))
      .flatMap(parent => Option(parent.getParent))
      .filter(root => Seq(ConfigFile, ProvenanceFile).forall(name => Files.isRegularFile(root.resolve(name))))

  private def standalone(onnx: Path): ModelFolder = {
    val all = files(onnx)
    requireFiles(onnx, all, "Make it: vitscale export MODEL -o DIR, then name DIR/onnx/fp32")
    val Seq(_, labelsFile, preprocessorFile) = all
    val labels = Labels.fromIds(JsonFile.read(labelsFile), labelsFile)
    val (height, width) = madeSize(preprocessorFile)
    ModelFolder(
      path = onnx,
      precision = onnx.getFileName.toString,
      runtime = ModelRuntime.OnnxRuntime,
      onnxFolder = onnx,
      preprocessorConfig = preprocessorFile,
      name = onnx.getFileName.toString,
      weights = ModelFolder.Pretrained,
      modelType = ModelConfig.Vit,
      labels = labels,
      scores = ScoreFunction.of("", labels.size),
      imageHeight = height,
      imageWidth = width,
      recordedSha256 = None
    )
  }

  /** The files that it must hold. */
  private[model] def files(onnx: Path): Seq[Path] = {
    val assets = onnx.resolve("assets")
    Seq(onnx.resolve(GraphFile), assets.resolve("labels.json"), assets.resolve(PreprocessorFile))
  }
}
