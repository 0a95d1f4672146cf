package vitscale.job.run

import org.scalatest.funsuite.AnyFunSuite

import vitscale.LocalSpark
import vitscale.job.input.InputKind
import vitscale.job.output.TableFormat

/** The job beside a session that the user made. */
class JobSessionSuite extends AnyFunSuite with LocalSpark {

  private val Reads = "spark.sql.files.maxPartitionBytes"
  private val Rows = "spark.sql.orc.columnarReaderBatchSize"

  test("a session of the user keeps its settings, and the job has them with its own defaults") {
    val settable = Map(Reads -> "12345", "spark.sql.catalog.mine" -> "a.b.C")
    settable.foreach { case (key, value) => spark.conf.set(key, value) }
    try {
      val before = spark.conf.getAll
      val own =
        JobSession.start(
          JobOptions(input = InputKind.Table.name, tables = Seq("t"), format = TableFormat.Delta)
        )
      assert(spark.conf.getAll == before)
      assert((own ne spark) && (own.sparkContext eq spark.sparkContext))
      settable.foreach { case (key, value) => assert(own.conf.get(key) == value) }
      assert(own.conf.get("spark.sql.shuffle.partitions") == "2", "the test session set it")
      assert(own.conf.get(Rows) == "64" && spark.conf.get(Rows) != "64")
    } finally settable.keys.foreach(spark.conf.unset)
  }
}
