package vitscale.bench.sparknlp

import com.johnsnowlabs.util.Build
import org.apache.spark.sql.SparkSession

import vitscale.UsageException
import vitscale.bench.{Backend, BackendProvider, BenchmarkOptions}
import vitscale.model.ModelFolder
import vitscale.sparknlp.{StockDevice, StockEngine}

/** Opens the backend spark-nlp from its options. */
final class SparkNlpBackendProvider extends BackendProvider {

  override def name: String = BenchmarkOptions.SparkNlp

  override def version: String = Build.version

  override def load(
      spark: => SparkSession,
      model: ModelFolder,
      options: BenchmarkOptions,
      batchSize: Int
  ): Backend = {
    val engine = StockEngine
      .named(options.engine)
      .getOrElse(
        throw new UsageException(
          s"Unknown engine ${options.engine}; expected ${BenchmarkOptions.engines.mkString(" or ")}."
        )
      )
    val graph = engine.folder(model)
    val use = StockDevice.require(engine, options.device, model)
    SparkNlpBackend.load(spark, graph, batchSize, options.action, options.savedPipeline, use)
  }
}
