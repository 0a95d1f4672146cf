package vitscale.bench

import org.apache.spark.sql.SparkSession

import vitscale.UsageException
import vitscale.device.Device
import vitscale.model.ModelFolder
import vitscale.sparknlp.{StockDevice, StockEngine}

/** The backend spark-nlp from its options. Everything here lies behind Spark NLP's jar, which no other backend needs. */
private[bench] object StockBackend {

  /** @param spark
    *   started only if the engine can run the model
    */
  def load(
      spark: => SparkSession,
      model: ModelFolder,
      options: BenchmarkOptions,
      batchSize: Int
  ): SparkNlpBackend = {
    val chosen = engine(options.engine)
    val use = StockDevice.require(chosen, options.device, model)
    SparkNlpBackend.load(spark, chosen.folder(model), batchSize, options.action, options.savedPipeline, use)
  }

  /** The same for Python, without the options of a command line. */
  def load(
      spark: SparkSession,
      model: ModelFolder,
      engineName: String,
      batchSize: Int,
      action: SparkAction,
      device: Device
  ): SparkNlpBackend = {
    val chosen = engine(engineName)
    val graph = chosen.folder(model)
    val use = StockDevice.require(chosen, device, model)
    SparkNlpBackend.load(spark, graph, batchSize, action, savedPipeline = None, use)
  }

  /** Whether oneDNN is switched on in TensorFlow. */
  def usesOneDnn: Boolean = StockEngine.TensorFlow.usesOneDnn

  /** The number of TensorFlow's threads, where the environment sets it. */
  def threads: Option[Int] = StockEngine.TensorFlow.threads

  private def engine(name: String): StockEngine =
    StockEngine
      .named(name)
      .getOrElse(
        throw new UsageException(
          s"Unknown engine $name; expected ${BenchmarkOptions.engines.mkString(" or ")}."
        )
      )
}
