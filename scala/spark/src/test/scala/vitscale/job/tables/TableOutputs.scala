package vitscale.job.tables

import org.apache.spark.sql.DataFrame
import org.scalatest.Assertion
import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.output.{Counts, Tables}
import vitscale.job.records.{Predicted, Quarantined, Ranked, Stage}

/** Outcomes for the tables of an output, and what holds for every table format. */
trait TableOutputs { this: AnyFunSuite =>

  protected def predicted(path: String): Predicted =
    Predicted(path, Seq(Ranked(5, "cat, big", Some(0.75f)), Ranked(0, "dog", None)), time = 1700000000123L)

  protected def quarantined(path: String): Quarantined =
    Quarantined(path, Some(7L), Stage.Decode, "no image", time = 1700000000123L)

  /** Check that rows come back with their types, over several commits and runs.
    *
    * @param open
    *   opens the output for a further run
    * @param predictions
    *   the table of predictions as a user reads it
    */
  protected def assertRowsComeBack(open: () => TableOutput, predictions: () => DataFrame): Assertion = {
    val first = open()
    first.commit(Tables.Predictions, Seq(predicted("/a/1 b%20.jpg"), predicted("/a/猫.jpg")))
    first.commit(Tables.Predictions, Seq(predicted("/a/3")))
    first.commit(Tables.Quarantine, Seq(quarantined("/a/4")))
    val second = open()
    assert(second.paths(Tables.Predictions).toSet == Set("/a/1 b%20.jpg", "/a/猫.jpg", "/a/3"))
    assert(second.countRows() == Counts(3, 1, 4))
    val row = predictions().where("path = '/a/3'").head()
    assert(row.getAs[java.sql.Timestamp]("time").getTime == 1700000000123L)
    assert(row.getSeq[String](row.fieldIndex("labels")) == Seq("cat, big", "dog"))
    assert(row.getAs[Float]("probability") == 0.75f)
    second.forgetQuarantine()
    assert(second.countRows() == Counts(3, 0, 3))
  }
}
