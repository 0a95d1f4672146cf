package vitscale.job.run

import scopt.OParser

import vitscale.classify.{Features, InferenceOptions, RuntimeChoice}
import vitscale.device.Device
import vitscale.image.{DecodeLimits, Truncated}
import vitscale.job.input.{ImageColumns, InputKind}
import vitscale.job.output.{FeatureType, OpenFormat, Sample, TableFormat}
import vitscale.job.task.Engine

/** The settings of a job. Each is the command-line option of the same name. */
final case class JobOptions(
    images: Seq[String] = Vector.empty,
    imagesFrom: Seq[String] = Vector.empty,
    model: String = "",
    output: String = "",
    outputTable: Option[String] = None,
    partitionBy: Seq[String] = Vector.empty,
    singleWriter: Boolean = false,
    engine: String = Engine.Vitscale,
    precision: String = "fp32",
    runtime: String = RuntimeChoice.Auto,
    topK: Option[Int] = None,
    threshold: Option[Float] = None,
    features: Features = Features.Off,
    featuresType: FeatureType = FeatureType.Float32,
    batchSize: Option[Int] = None,
    threads: Int = 0,
    deviceName: String = Device.Cpu.name,
    gpus: Int = 1,
    format: TableFormat = TableFormat.Parquet,
    input: String = JobOptions.Files,
    tables: Seq[String] = Vector.empty,
    pathColumn: String = ImageColumns.DefaultPath,
    contentColumn: String = ImageColumns.DefaultContent,
    allFiles: Boolean = false,
    limit: Option[Int] = None,
    sample: Option[Sample] = None,
    maxFailed: ErrorBudget = ErrorBudget.Unlimited,
    maxBytes: Long = JobOptions.DefaultMaxBytes,
    maxPixels: Long = DecodeLimits.default.maxPixels,
    truncated: Truncated = Truncated.Error,
    retryFailed: Boolean = false,
    watch: Boolean = false,
    pollSeconds: Int = 10,
    commitSeconds: Option[Double] = None,
    readAhead: Int = 4,
    json: Option[String] = None
) {

  /** The device that the user chose. On a cluster, Spark assigns each task its GPU. */
  def device: Device = Device.named(deviceName, gpus)

  /** The kind of input files that the user chose; the parser accepts no other name. */
  def inputKind: InputKind = InputKind.named(input).get

  /** The request to the engine. */
  def request: InferenceOptions = InferenceOptions(
    topK = topK.getOrElse(InferenceOptions.topK(threshold)),
    batchSize = batchSize.getOrElse(InferenceOptions.batchSize(device)),
    threshold = threshold,
    features = features
  )

  /** The open format of the output; none for files. */
  def openFormat: Option[OpenFormat] = Some(format).collect { case open: OpenFormat => open }

  /** The open formats of the output and, where their libraries are on the class path, of the input. */
  def openFormats: Seq[OpenFormat] = {
    val read = if (input == InputKind.Table.name) TableFormat.open.filter(_.isPresent) else Seq.empty
    (openFormat ++ read).toSeq.distinct
  }

  def limits: DecodeLimits = DecodeLimits(maxPixels, maxBytes, truncated)
}

object JobOptions {

  val Files: String = InputKind.Files.name
  val ParquetRows: String = InputKind.Parquet.name
  val DefaultMaxBytes: Long = 256L << 20

  /** Parse the command line.
    *
    * @return
    *   the settings; none if an argument is wrong, after the error was printed
    */
  def parse(arguments: Seq[String]): Option[JobOptions] =
    OParser.parse(JobParser.parser, arguments, JobOptions())
}
