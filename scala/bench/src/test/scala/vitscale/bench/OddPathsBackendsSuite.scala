package vitscale.bench

import java.nio.file.{Files, Path}

import org.apache.commons.io.FileUtils
import org.scalatest.funsuite.AnyFunSuite

import vitscale.model.ModelFolder
import vitscale.{LocalSpark, OddNames, TemporaryFolder, TestImages, TinyModel}

/** A backend of the JVM on images and models with the names that real users have. */
trait OddPathsTests extends AnyFunSuite with LocalSpark with TemporaryFolder {

  /** Spark's readers skip names that start with an underscore, and read all others of a folder. */
  private def pngs(folder: Path): ImageFolder = {
    OddNames.writeFiles(folder, TestImages.encoded(TestImages.picture(0), "png"))
    val listed = ImageFolder.open(folder).files.toSet
    OddNames.files
      .map(folder.resolve(_))
      .filter(file => file.getFileName.toString.startsWith("_") || !listed(file))
      .foreach(Files.delete(_))
    ImageFolder.open(folder)
  }

  /** @param isSaved
    *   whether the backend saves its pipeline and loads it again
    */
  protected def testOddPaths(name: String, options: BenchmarkOptions, isSaved: Boolean = false): Unit =
    test(s"$name: images and model below folders of all odd names") {
      withFolder { root =>
        val Seq(photos, model, saved) =
          Seq("photos", "model", "saved").map(place => OddNames.nested(root.resolve(place)))
        FileUtils.copyDirectory(TinyModel.path.toFile, model.toFile)
        val images = pngs(photos)
        val pipeline = if (isSaved) Some(saved) else None
        val backend =
          Backends.load(
            spark,
            ModelFolder.open(model, "fp32"),
            options.copy(savedPipeline = pipeline),
            batchSize = 2
          )
        try {
          for (some <- Seq(images, images.take(images.size - 1))) {
            val predictions = backend.classify(some)
            assert(predictions.count == some.size && predictions.failed.isEmpty)
          }
          assert(backend.outputs(images).map(_.file).toSet == images.files.map(images.relative).toSet)
          assert(images.files.forall(file => backend.query(file).isEmpty))
        } finally backend.close()
      }
    }
}

class OddPathsBackendsSuite extends OddPathsTests {
  testOddPaths("vitscale", BenchmarkOptions(backend = "vitscale"))
  testOddPaths("vitscale on Spark", BenchmarkOptions(backend = "vitscale", onSpark = true))
}
