package vitscale.bench

import java.nio.file.Path

import org.apache.spark.sql.SparkSession

import vitscale.UsageException
import vitscale.device.Device
import vitscale.model.ModelFolder
import vitscale.sparknlp.{StockDevice, StockEngine}

/** The backend spark-nlp from its options. Everything here lies behind Spark NLP's jar, which no other backend needs. */
private[bench] object StockBackend {

  /** @param spark
    *   started only if the engine can run the model
    * @param engineName
    *   one of `BenchmarkOptions.engines`
    */
  def load(
      spark: => SparkSession,
      model: ModelFolder,
      engineName: String,
      batchSize: Int,
      action: SparkAction,
      device: Device,
      savedPipeline: Option[Path] = None
  ): SparkNlpBackend = {
    val chosen = engine(engineName)
    val graph = chosen.folder(model)
    val use = StockDevice.require(chosen, device, model)
    SparkNlpBackend.load(spark, graph, batchSize, action, savedPipeline, use)
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
