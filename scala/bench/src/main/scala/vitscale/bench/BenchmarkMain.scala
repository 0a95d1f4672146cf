package vitscale.bench

import java.time.Instant
import java.time.temporal.ChronoUnit

import org.apache.spark.sql.SparkSession

import vitscale.CommandLine.{guarded, say}
import vitscale.FileUri
import vitscale.command.NameList
import vitscale.model.ModelFolder
import vitscale.onnx.OnnxModel

/** The JVM benchmark: what `sbt run` runs. */
object BenchmarkMain {

  def main(arguments: Array[String]): Unit = {
    System.setProperty("log4j2.configurationFile", "vitscale-log4j2.properties")
    sys.exit(
      BenchmarkOptions.parse(arguments.toSeq).fold(2)(options => guarded(run(options, arguments.toSeq)))
    )
  }

  private def run(options: BenchmarkOptions, arguments: Seq[String]): Int = {
    DefaultInputs.make(options)
    val images = options.files match {
      case Some(list) => ImageFolder.named(options.images, NameList.read(list))
      case None => ImageFolder.open(options.images, options.limit, options.allFiles)
    }
    val model = Backends.model(options)
    ResultWriter.checkWritable(options.output)
    val started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString
    say(s"${images.size} images in ${options.images}, model ${model.name} with ${model.weights} weights")
    images.ignored.inWords.foreach(say)
    images.problems.foreach(one => say(s"${one.file} is not listed: ${one.reason}"))
    lazy val spark = BenchmarkSession.start(options.master, options.threads)
    val unmeasured = Results(
      schemaVersion = 1,
      vitscaleVersion = vitscale.Version.current,
      createdAt = started,
      command = "run" +: arguments,
      environment = Machine.environment(versions),
      workload = workload(model, images, options.scenario),
      benchmarks = Seq.empty,
      parity = Seq.empty
    )
    val measured = sweep(spark, model, images, options)(done =>
      ResultWriter.write(unmeasured.copy(benchmarks = done), options.output)
    )
    println(ResultTable.render(measured))
    say(s"results: ${options.output}")
    if (measured.exists(_.error.nonEmpty) || images.problems.nonEmpty) 1 else 0
  }

  /** Measures every batch size; `save` is called with all results so far after each. */
  private def sweep(
      spark: => SparkSession,
      model: ModelFolder,
      images: ImageFolder,
      options: BenchmarkOptions
  )(
      save: Seq[Benchmark] => Unit
  ): Seq[Benchmark] =
    options.batchSizes.foldLeft(Seq.empty[Benchmark]) { (done, batchSize) =>
      val runner = new BenchmarkRunner(
        images,
        options,
        line => say(if (options.batchSizes.size > 1) s"batch size $batchSize: $line" else line)
      )
      val startSeconds = if (done.isEmpty) 0.0 else Machine.uptimeSeconds
      val next =
        runner.measure(batchSize, startSeconds)(Backends.load(spark, model, options, batchSize))
      save(done :+ next)
      done :+ next
    }

  private def workload(model: ModelFolder, images: ImageFolder, scenario: Scenario): Workload = Workload(
    scenario = scenario.name,
    model = ModelSummary(
      name = model.name,
      path = model.path.toString,
      weights = model.weights,
      numLabels = model.labels.size,
      imageHeight = model.imageHeight,
      imageWidth = model.imageWidth,
      onnxSha256 = model.recordedOrComputedSha256
    ),
    images = ImagesSummary(FileUri.text(images.root), images.size, images.bytes, images.ignored)
  )

  private def versions: Map[String, String] = Map(
    "spark" -> org.apache.spark.SPARK_VERSION,
    "scala" -> scala.util.Properties.versionNumberString,
    "onnxruntime-java" -> OnnxModel.libraryVersion
  ) ++ BackendProvider.installed.map(one => one.name -> one.version)
}
