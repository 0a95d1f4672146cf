package vitscale.job.output

import org.apache.spark.sql.Row
import org.apache.spark.sql.types._

import vitscale.job.records.{Outcome, Predicted, Quarantined}

/** The two tables that a job writes. */
object Tables {

  /** Version of the columns, part of the key of an output. Version 1 had no class numbers. */
  val Version = "2"

  val Predictions = "predictions"
  val Quarantine = "quarantine"
  val all: Seq[String] = Seq(Predictions, Quarantine)

  /** The table that an outcome belongs to. */
  def of(outcome: Outcome): String = outcome match {
    case _: Predicted => Predictions
    case _: Quarantined => Quarantine
  }

  /** `label_id`, `label` and `probability` are the first of `label_ids`, `labels` and `probabilities`, which are in order,
    * the likeliest first. Two classes may have one label text, so `label_id`, the class number, identifies the class.
    * They are null, and the lists empty, if no score reaches the threshold. `weights` is `pretrained`, or `random`: then the
    * labels mean nothing. `features` is there only if the key names its type.
    */
  def predictions(key: RunKey): StructType = StructType(
    Seq(
      StructField("path", StringType, nullable = false),
      StructField("label_id", IntegerType),
      StructField("label", StringType),
      StructField("probability", FloatType),
      StructField("label_ids", ArrayType(IntegerType, containsNull = false), nullable = false),
      StructField("labels", ArrayType(StringType, containsNull = false), nullable = false),
      StructField("probabilities", ArrayType(FloatType, containsNull = true), nullable = false),
      StructField("model_sha256", StringType, nullable = false),
      StructField("weights", StringType, nullable = false),
      StructField("time", TimestampType, nullable = false)
    ) ++ key.features.map(of => StructField("features", of.column, nullable = false))
  )

  val quarantine: StructType = StructType(
    Seq(
      StructField("path", StringType, nullable = false),
      StructField("size", LongType),
      StructField("stage", StringType, nullable = false),
      StructField("reason", StringType, nullable = false),
      StructField("time", TimestampType, nullable = false)
    )
  )

  /** The columns of a table. */
  def schema(table: String, key: RunKey): StructType =
    if (table == Predictions) predictions(key) else quarantine

  /** An outcome as a row of its table; times are milliseconds since 1970 until a format writes them. */
  def row(outcome: Outcome, key: RunKey): Row = outcome match {
    case predicted: Predicted => row(predicted, key)
    case quarantined: Quarantined => row(quarantined)
  }

  private def row(predicted: Predicted, key: RunKey): Row = {
    val first = predicted.labels.headOption
    val columns = Seq[Any](
      predicted.path,
      first.map(one => Int.box(one.id)).orNull,
      first.map(_.label).orNull,
      first.flatMap(_.probability).map(Float.box).orNull,
      predicted.labels.map(_.id),
      predicted.labels.map(_.label),
      predicted.labels.map(_.probability.map(Float.box).orNull),
      key.fields("model_sha256"),
      key.weights,
      predicted.time
    )
    val features = for (of <- key.features; values <- predicted.features) yield of.value(values)
    Row.fromSeq(columns ++ features)
  }

  private def row(quarantined: Quarantined): Row = Row(
    quarantined.path,
    quarantined.size.orNull,
    quarantined.stage,
    quarantined.reason,
    quarantined.time
  )
}
