package vitscale.job.output

import org.scalatest.funsuite.AnyFunSuite

/** The library that a message names for each Spark. */
class TableLibrariesSuite extends AnyFunSuite {

  private val libraries = Seq(
    ("delta", "3.5.0", "io.delta:delta-spark_2.12:3.3.2"),
    ("delta", "3.5.9-amzn-1", "io.delta:delta-spark_2.12:3.3.2"),
    ("delta", "4.0.3", "io.delta:delta-spark_2.13:4.0.1"),
    ("delta", "4.1.4", "io.delta:delta-spark_4.1_2.13:4.4.0"),
    ("delta", "4.2", "io.delta:delta-spark_4.2_2.13:4.4.0"),
    ("iceberg", "3.5.9", "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0"),
    ("iceberg", "4.0.0", "org.apache.iceberg:iceberg-spark-runtime-4.0_2.13:1.10.0"),
    ("iceberg", "4.1.0", "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0")
  )

  for ((format, spark, library) <- libraries)
    test(s"$format on Spark $spark needs $library") {
      val message = TableLibraries.missing(s"--format $format", format, spark)
      assert(
        message == s"--format $format needs the library $library, which is not on the class path. " +
          s"Add --conf spark.jars.packages=$library."
      )
    }

  for (
    (format, spark, known) <- Seq(
      ("delta", "4.3.0", "3.5, 4.0, 4.1, 4.2"),
      ("delta", "4.20.1", "3.5, 4.0, 4.1, 4.2"),
      ("iceberg", "4.2.1", "3.5, 4.0, 4.1")
    )
  )
    test(s"$format has no known library for Spark $spark") {
      val message = TableLibraries.missing(s"--format $format", format, spark)
      assert(message.linesIterator.size == 1)
      assert(message.contains(s"none is known for Spark $spark. Use Spark $known, or add"), message)
    }
}
