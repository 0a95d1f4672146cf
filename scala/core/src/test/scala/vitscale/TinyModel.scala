package vitscale

import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import vitscale.classify.{ClassifierOptions, ViTClassifier}

/** The seeded ViT of 32x32 pixels and 11 classes that `tests/fixtures/make_tiny_vit.py` makes. */
object TinyModel {

  val path: Path = Paths.get(getClass.getResource("/tiny-vit/config.json").toURI).getParent

  val onnxFolder: Path = path.resolve("onnx").resolve("fp32")

  val side = 32

  /** Without a cache, so that tests leave nothing in the user's folder. */
  val options: ClassifierOptions = ClassifierOptions(threads = 1, cores = 2, graphCache = None)

  /** The first label of each encoded image, from the engine without Spark. */
  def labels(images: Seq[Array[Byte]]): IndexedSeq[String] = {
    val classifier = ViTClassifier.open(path, options = options)
    try
      classifier
        .classify(images, topK = 1)
        .map(_.fold(failure => throw new AssertionError(failure.reason), _.labels.head.label))
        .toIndexedSeq
    finally classifier.close()
  }

  /** A copy that a test may change. */
  def copy(): Path = {
    val folder = Files.createTempDirectory("vitscale-tiny-vit-")
    val files = Files.walk(path)
    try
      files.iterator.asScala
        .filter(_ != path)
        .foreach(file => Files.copy(file, folder.resolve(path.relativize(file).toString)))
    finally files.close()
    folder
  }
}
