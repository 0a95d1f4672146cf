package vitscale.bench

import vitscale.bench.BenchmarkOptions.{SparkNlp, TensorFlowEngine}
import vitscale.command.DeviceConflicts.{refusedByDevice, OneGpuOfSparkNlp}

/** Options of the JVM benchmark that contradict each other. */
private[bench] object BenchmarkConflicts {

  def ofScenario(options: BenchmarkOptions): Option[String] =
    if (options.scenario == Scenario.SingleStream && options.batchSizes != Seq(1))
      Some(
        s"--scenario single-stream needs --batch-size 1, but --batch-size is ${options.batchSizes.mkString(",")}"
      )
    else None

  def ofDevice(options: BenchmarkOptions): Option[String] = {
    import options.{gpus, threads}
    refusedByDevice(options.deviceName, gpus, threads.nonEmpty)(
      (options.engine == TensorFlowEngine) -> "--engine tensorflow runs only with --device cpu",
      (gpus != 1 && options.backend == SparkNlp) -> OneGpuOfSparkNlp,
      (gpus != 1 && options.onSpark) -> "with --spark, Spark assigns each task its GPU; remove --gpus"
    )
  }

  def ofTensorFlow(options: BenchmarkOptions): Option[String] =
    if (options.engine != TensorFlowEngine) None
    else if (options.backend != SparkNlp)
      Some(s"--engine tensorflow needs --backend spark-nlp, but --backend is ${options.backend}")
    else if (options.precision != "fp32")
      Some(s"--engine tensorflow needs --precision fp32, but --precision is ${options.precision}")
    else if (options.threads.nonEmpty && options.threads != TensorFlowVariables.threads)
      Some(
        s"TensorFlow reads its threads from the environment; set TF_NUM_INTRAOP_THREADS=${options.threads.get} as well"
      )
    else None
}
