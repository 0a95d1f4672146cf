package vitscale.job

import java.nio.file.{Files, Path}

import org.scalatest.{Assertion, Suite}

import vitscale.job.run.JobOptions
import vitscale.{TemporaryFolder, TestImages, TinyModel}

/** Jobs over files that are named by the seed of their picture. */
trait NumberedImages extends LocalJobs with TemporaryFolder { this: Suite =>

  protected val count = 24

  /** Label by the seed of the picture, from the engine without Spark. */
  protected lazy val labels: IndexedSeq[String] = TinyModel.labels((0 until count).map(image))

  protected def image(seed: Int): Array[Byte] = TestImages.encoded(TestImages.picture(seed), "png")

  protected def write(folder: Path, seeds: Seq[Int]): Unit = {
    Files.createDirectories(folder)
    seeds.foreach(seed => Files.write(folder.resolve(f"$seed%02d.png"), image(seed)))
  }

  protected def options(images: String, output: String): JobOptions =
    JobOptions(images = Seq(images), model = TinyModel.path.toString, output = output)

  protected def assertRightLabels(output: String, seeds: Seq[Int]): Assertion = {
    assert(labels.distinct.size > 3)
    val found = spark.read.parquet(s"$output/predictions").select("path", "label").collect().map { row =>
      row.getString(0).split('/').last.take(2).toInt -> row.getString(1)
    }
    assert(found.toMap == seeds.map(seed => seed -> labels(seed)).toMap && found.length == seeds.size)
  }
}
