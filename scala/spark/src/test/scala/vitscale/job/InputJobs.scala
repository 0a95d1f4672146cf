package vitscale.job

import java.nio.file.{Files, Path}

import org.scalatest.Suite

import vitscale.job.run.JobOptions
import vitscale.{TemporaryFolder, TestImages, TinyModel}

/** Jobs over inputs of all kinds, and what they leave behind. */
trait InputJobs extends LocalJobs with TemporaryFolder { this: Suite =>

  protected def png(seed: Int): Array[Byte] = TestImages.encoded(TestImages.picture(seed), "png")

  /** A job whose output lies beside its input. */
  protected def options(folder: Path, images: Path*): JobOptions =
    JobOptions(
      images = images.map(_.toString),
      model = TinyModel.path.toString,
      output = folder.resolve("out").toString
    )

  /** A column of a table, by path; no path may stand there twice. */
  protected def table(folder: Path, name: String, column: String): Map[String, String] = {
    val parts = folder.resolve("out").resolve(name)
    if (!Files.isDirectory(parts) || Files.list(parts).count() == 0) Map.empty
    else {
      val rows = spark.read.parquet(parts.toString).select("path", column).collect()
      val found = rows.map(row => row.getString(0) -> row.getString(1)).toMap
      assert(found.size == rows.length, "a path stands in two rows")
      found
    }
  }

  protected def labels(folder: Path): Map[String, String] = table(folder, "predictions", "label")

  protected def reasons(folder: Path): Map[String, String] = table(folder, "quarantine", "reason")

  /** Labels from the engine without Spark. */
  protected def expected(images: Map[String, Int]): Map[String, String] = {
    val (paths, seeds) = images.toSeq.unzip
    paths.zip(TinyModel.labels(seeds.map(png))).toMap
  }
}
