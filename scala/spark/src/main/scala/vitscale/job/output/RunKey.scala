package vitscale.job.output

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.core.`type`.TypeReference
import com.fasterxml.jackson.databind.ObjectMapper
import com.fasterxml.jackson.databind.SerializationFeature.INDENT_OUTPUT

import vitscale.UsageException
import vitscale.classify.{Features, InferenceOptions}
import vitscale.image.Truncated
import vitscale.model.{ModelFolder, ModelRuntime}

/** The settings that determine the predictions. All rows of one output share them.
  *
  * @param weights
  *   `pretrained` or `random`, written to each row. It is not part of the key, because the checksum of the model determines it.
  */
final case class RunKey(fields: Map[String, String], weights: String = ModelFolder.Pretrained) {

  /** The library that computed the forward pass. Outputs of earlier versions do not name it. */
  def runtime: String = fields.getOrElse(RunKey.Runtime, ModelRuntime.OnnxRuntime.name)

  private def requireSameTables(stored: RunKey, output: String): Unit = {
    val (found, expected) = (stored.tables, tables)
    if (found != expected)
      throw new UsageException(
        s"$output holds tables of another version of ViTScale: their version is $found, this one writes version $expected. " +
          "Choose another --output, or finish this one with the earlier ViTScale."
      )
  }

  /** Version of the tables' columns. Outputs of the first version do not name it. */
  private def tables: String = fields.getOrElse(RunKey.TablesVersion, "1")

  /** Type of the column `features`; none without that column. */
  def features: Option[FeatureType] = fields.get(RunKey.FeaturesType).flatMap(FeatureType.named)

  def toJson: Array[Byte] = RunKey.json.writeValueAsBytes(RunKey.sorted(fields))

  /** Check that the rows of an output were made with this key.
    *
    * @param stored
    *   the key of the rows in the output
    * @throws vitscale.UsageException
    *   if the keys differ
    */
  def requireSame(stored: RunKey, output: String): Unit = {
    requireSameTables(stored, output)
    val differing = (fields.keySet ++ stored.fields.keySet).toSeq.sorted.filter(key =>
      fields.get(key) != stored.fields.get(key)
    )
    if (differing.nonEmpty) {
      val differences =
        differing.map(key =>
          s"$key was ${stored.fields.getOrElse(key, "-")} and is ${fields.getOrElse(key, "-")}"
        )
      throw new UsageException(
        s"$output holds predictions of another model or setting: ${differences.mkString("; ")}. " +
          "Choose another --output, or repeat the earlier command."
      )
    }
  }
}

object RunKey {

  private val Runtime = "runtime"
  private val FeaturesType = "features_type"
  private val TablesVersion = "tables"
  private val json = new ObjectMapper().enable(INDENT_OUTPUT)

  /** @param request
    *   labels, threshold and features
    * @param partitionBy
    *   columns by which the tables are partitioned
    */
  def of(
      model: ModelFolder,
      engine: String,
      request: InferenceOptions,
      features: FeatureType,
      format: TableFormat,
      truncated: Truncated = Truncated.Error,
      partitionBy: Seq[String] = Seq.empty
  ): RunKey = RunKey(
    Map(
      "engine" -> engine,
      "model_sha256" -> model.computedSha256,
      "settings_sha256" -> model.settingsSha256,
      "top_k" -> (if (request.topK == InferenceOptions.AllLabels) "all" else request.topK.toString),
      "format" -> format.name,
      TablesVersion -> Tables.Version
    ) ++ Some("truncated" -> truncated.name).filter(_ => truncated != Truncated.Error)
      ++ Some("partition_by" -> partitionBy.mkString(",")).filter(_ => partitionBy.nonEmpty)
      ++ request.threshold.map("threshold" -> _.toString)
      ++ (if (request.features == Features.Off) Map.empty
          else Map("features" -> request.features.name, FeaturesType -> features.name))
      ++ ofRuntime(model),
    model.weights
  )

  /** oneDNN computes each precision from the same weights, so the hash of the model does not tell them apart. */
  private def ofRuntime(model: ModelFolder): Map[String, String] =
    if (model.runtime == ModelRuntime.OnnxRuntime) Map.empty
    else
      Map(Runtime -> model.runtime.name) ++
        Some("precision" -> model.precision).filter(_ => model.precision != ModelFolder.Fp32)

  def parse(bytes: Array[Byte]): RunKey = {
    val fields = json.readValue(bytes, new TypeReference[java.util.Map[String, String]] {})
    RunKey(fields.asScala.toMap)
  }

  private def sorted(fields: Map[String, String]) =
    new java.util.TreeMap[String, String](fields.asJava)
}
