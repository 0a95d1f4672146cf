package vitscale.job.input

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.apache.hadoop.fs.{Path => HadoopPath}
import org.apache.parquet.hadoop.ParquetFileReader
import org.apache.parquet.hadoop.util.HadoopInputFile
import org.apache.spark.SparkException
import org.scalatest.Assertion
import org.scalatest.funsuite.AnyFunSuite

import vitscale.{FileUri, UsageException}
import vitscale.job.InputJobs
import vitscale.job.records.TableVersion
import vitscale.job.run.JobOptions

/** The job over tables. */
class TableInputSuite extends AnyFunSuite with InputJobs {

  private val SplitBytes = "spark.sql.files.maxPartitionBytes"

  private def table(folder: Path, name: String = "", images: Seq[Path] = Seq.empty): JobOptions =
    options(folder, images: _*).copy(input = InputKind.Table.name, tables = Seq(name).filter(_.nonEmpty))

  private def write(table: String, source: String, seeds: Range): Unit = {
    val session = spark
    import session.implicits._
    val rows = seeds.map(seed => (s"p$seed", png(seed), seed)).toDF("path", "content", "more").repartition(2)
    if (table.startsWith("/")) rows.write.format(source).mode("append").save(table)
    else rows.write.format(source).mode("append").saveAsTable(table)
  }

  private def expected(seeds: Range): Map[String, String] = expected(
    seeds.map(seed => s"p$seed" -> seed).toMap
  )

  test("a Delta table by its folder: the version is in the ledger, and a second run reads the new rows") {
    withFolder { folder =>
      val place = folder.resolve("table")
      write(place.toString, "delta", 0 until 6)
      val first = run(table(folder, images = Seq(place)))
      assert((first.files, first.predicted, first.isBalanced) == ((6, 6, true)))
      assert(first.tables == Seq(TableVersion(s"file:$place", Some(0))))
      spark.sql(s"DELETE FROM delta.`$place` WHERE path = 'p0'")
      write(place.toString, "delta", 6 until 9)
      val second = run(table(folder, images = Seq(place)).copy(limit = Some(7)))
      assert(
        (second.files, second.thisRun.predicted, second.chosen.leftOut) == ((7, 2, 1)) && second.isBalanced
      )
      assert(second.tables.head.version.contains(2L))
      assert(labels(folder) == expected(0 until 8))
    }
  }

  test("a resumed run reads no image of a split whose rows are done") {
    withFolder { folder =>
      spark.sql("CREATE DATABASE IF NOT EXISTS inputs")
      spark.conf.set(SplitBytes, "1024") // one file in each split
      try {
        write("inputs.resumed", "parquet", 0 until 4)
        val place = FileUri.path(spark.table("inputs.resumed").inputFiles.head).get.getParent
        assert(run(table(folder, "inputs.resumed")).predicted == 4)
        damageImages(place)
        write("inputs.resumed", "parquet", 4 until 6)
        val second = run(table(folder, "inputs.resumed"))
        assert(
          (second.thisRun.predicted, second.predicted, second.quarantined) == ((2, 6, 0)) && second.isBalanced
        )
        assert(labels(folder) == expected(0 until 6))
      } finally spark.conf.unset(SplitBytes)
    }
  }

  /** Overwrite the images in the files of a table, and leave their paths. */
  private def damageImages(place: Path): Assertion = {
    val files = Files.list(place).iterator.asScala.toSeq.filter(_.toString.endsWith(".parquet"))
    for (file <- files) {
      Files.deleteIfExists(file.resolveSibling(s".${file.getFileName}.crc"))
      val bytes = Files.readAllBytes(file)
      val input = HadoopInputFile.fromPath(new HadoopPath(file.toUri), spark.sparkContext.hadoopConfiguration)
      val reader = ParquetFileReader.open(input)
      for (
        chunk <- reader.getFooter.getBlocks.asScala.flatMap(_.getColumns.asScala);
        if chunk.getPath.toDotString == "content"
      ) {
        val start = chunk.getStartingPos.toInt
        java.util.Arrays.fill(bytes, start, start + chunk.getTotalSize.toInt, -1: Byte)
      }
      reader.close()
      Files.write(file, bytes)
    }
    assertThrows[SparkException](spark.read.parquet(place.toString).select("content").collect())
  }

  test("tables of a catalog: Parquet, and one with a row without an image") {
    withFolder { folder =>
      spark.sql("CREATE DATABASE IF NOT EXISTS inputs")
      write("inputs.images", "parquet", 0 until 4)
      spark.sql("INSERT INTO inputs.images VALUES ('none', null, 1)")
      val done = run(table(folder, "inputs.images"))
      assert((done.files, done.predicted, done.quarantined) == ((5, 4, 1)) && done.isBalanced)
      assert(done.tables == Seq(TableVersion("inputs.images", None)))
      assert(
        reasons(folder) == Map("none" -> "the row has no content") && labels(folder) == expected(0 until 4)
      )
    }
  }

  test("an Iceberg table of a catalog, whose rows name files") {
    withFolder { folder =>
      spark.conf.set("spark.sql.catalog.inputlake", "org.apache.iceberg.spark.SparkCatalog")
      spark.conf.set("spark.sql.catalog.inputlake.type", "hadoop")
      spark.conf.set("spark.sql.catalog.inputlake.warehouse", s"$folder/lake")
      val files = (0 until 3).map(seed => Files.write(folder.resolve(s"$seed.png"), png(seed)).toString)
      val session = spark
      import session.implicits._
      (files :+ files.head :+ s"$folder/gone.png")
        .toDF("file")
        .writeTo("inputlake.db.files")
        .using("iceberg")
        .create()
      val done = run(table(folder, "inputlake.db.files").copy(pathColumn = "file"))
      assert(
        (done.files, done.predicted, done.quarantined) == ((4, 3, 1)) && done.tables.head.version.isDefined
      )
      assert(labels(folder) == expected(files.zipWithIndex.toMap))
    }
  }

  test("what cannot be read is refused in one sentence") {
    withFolder { folder =>
      write(s"$folder/twice", "delta", 0 until 2)
      write(s"$folder/twice", "delta", 1 until 3)
      def refusal(asked: JobOptions) = intercept[UsageException](run(asked)).getMessage
      val twice = table(folder, images = Seq(folder.resolve("twice")))
      assert(refusal(twice).contains("2 rows have the path p1"))
      assert(refusal(twice.copy(pathColumn = "name")).contains("no column name"))
      assert(refusal(table(folder, "inputs.nowhere")).contains("inputs.nowhere cannot be read"))
      assert(refusal(table(folder, images = Seq(folder))).contains("is no table"))
      val parquet = options(folder, folder.resolve("twice")).copy(input = JobOptions.ParquetRows)
      assert(refusal(parquet).contains("--input table --images"))
    }
  }
}
