package vitscale.bench

import org.apache.spark.sql.SparkSession

import vitscale.UsageException
import vitscale.bench.BenchmarkOptions.SparkNlp
import vitscale.classify.{ClassifierOptions, RuntimeChoice}
import vitscale.device.Device
import vitscale.model.{ModelFolder, ModelRuntime}

/** The backends that the JVM benchmark can measure, by name. */
object Backends {

  private val Vitscale = "vitscale"
  private val Forward = "forward"

  val names: Seq[String] = Seq(SparkNlp, Vitscale, Forward)

  /** Opens the model for the runtime of the backend.
    *
    * @throws vitscale.ModelException
    *   if a file is missing, or the files do not fit each other
    */
  def model(options: BenchmarkOptions): ModelFolder = {
    val runtime = if (options.backend == SparkNlp) ModelRuntime.OnnxRuntime.name else options.runtime
    RuntimeChoice.open(options.model, options.precision, runtime, options.device).folder
  }

  /** Load a backend.
    *
    * @param spark
    *   Spark session, which only backends on Spark start
    * @throws vitscale.UsageException
    *   if there is no backend of that name
    * @throws vitscale.DeviceException
    *   if the device is gpu and the GPU cannot be used
    */
  def load(spark: => SparkSession, model: ModelFolder, options: BenchmarkOptions, batchSize: Int): Backend =
    options.backend match {
      case SparkNlp => BackendProvider.named(SparkNlp).load(spark, model, options, batchSize)
      case Vitscale if options.onSpark => VitscaleSparkBackend.load(spark, model, options, batchSize)
      case Vitscale => VitscaleBackend.load(model, batchSize, threads(options), options.device)
      case Forward => ForwardBackend.load(model, batchSize, threads(options), options.device)
      case other => throw new UsageException(s"Unknown backend $other; expected ${names.mkString(" or ")}.")
    }

  /** Threads of one forward pass. All cores give the lowest latency of a single image. */
  private def threads(options: BenchmarkOptions): Option[Int] =
    options.threads.orElse(
      if (options.scenario == Scenario.SingleStream) Some(ClassifierOptions.machineCores) else None
    )

  /** The options that differ from the backend's defaults, by their names in the results. */
  def describe(options: BenchmarkOptions): Map[String, Any] =
    Seq(
      Some("engine" -> options.engine).filter(_ => options.engine != BenchmarkOptions.OnnxEngine),
      Some("onednn" -> true).filter(_ =>
        options.engine == BenchmarkOptions.TensorFlowEngine && TensorFlowVariables.usesOneDnn
      ),
      Some("precision" -> options.precision).filter(_ => options.precision != "fp32"),
      Some("runtime" -> options.runtime).filter(_ => options.runtime != RuntimeChoice.Auto),
      Some("action" -> options.action.name).filter(_ => options.action != SparkAction.Write),
      options.threads.map("threads" -> _),
      Some("device" -> options.deviceName).filter(_ => options.device != Device.Cpu),
      Some("gpus" -> options.gpus).filter(_ => options.gpus != 1),
      Some("spark" -> true).filter(_ => options.onSpark),
      options.savedPipeline.map(_ => "saved_pipeline" -> true)
    ).flatten.toMap
}
