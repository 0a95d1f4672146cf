package vitscale.sparknlp

import vitscale.job.task.{Engine, EngineProvider, EngineSettings}

/** Opens stock Spark NLP for the classify job (`--engine spark-nlp`). */
final class SparkNlpEngineProvider extends EngineProvider {

  override def name: String = Engine.SparkNlp

  override def open(settings: EngineSettings): Engine = {
    val use = StockDevice.require(StockEngine.Onnx, settings.device, settings.model)
    val batchSize = settings.batchSize.getOrElse(SparkNlpEngineProvider.BatchSize)
    new SparkNlpEngine(settings.spark, settings.model.onnxFolder, batchSize, settings.limits, use)
  }
}

private object SparkNlpEngineProvider {

  /** The fastest batch size in most of our measurements (docs/benchmark.md). */
  private val BatchSize = 8
}
