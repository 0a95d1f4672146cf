package vitscale.job

import org.apache.spark.sql.SparkSession

import vitscale.classify.{Features, RuntimeChoice}
import vitscale.hadoop.{Location, RemoteFiles}
import vitscale.job.output.{CommitBuffer, JobOutput, Ledger, ModelUsed, RunKey}
import vitscale.job.run.{Inputs, Interruptible, JobOptions, Progress, StopSignal, WatchLoop}
import vitscale.job.task.{Engine, EngineProvider, EngineSettings, VitscaleEngine}
import vitscale.ml.{ModelLocation, TaskClassifier}
import vitscale.model.{ModelFolder, ModelRuntime}

/** The job from its options to its ledger. */
final class ClassifyJob(spark: SparkSession, options: JobOptions, stop: StopSignal, progress: Progress) {

  private val interruptible = new Interruptible(stop, spark.sparkContext)
  private val output = new OutputChoice(spark, options, progress.say)

  /** Classify all images; with `--watch`, run until interrupted.
    *
    * @throws vitscale.job.run.StoppedException
    *   if it is interrupted before the first image
    * @throws vitscale.VitscaleException
    *   if it cannot start
    */
  def run(): Ledger = {
    val named = ModelLocation.here(options.model, options.precision, options.runtime)
    interruptible(requireAnswers(named))
    val asked = interruptible(named.current)
    val (choice, key) = interruptible {
      val choice = asked.copy(runtime = runtime()).choose(options.device)
      options.request.requireFits(choice.folder)
      val key = RunKey.of(
        choice.folder,
        options.engine,
        options.request,
        options.featuresType,
        options.format,
        options.truncated,
        options.partitionBy
      )
      (choice, key)
    }
    val model = choice.folder
    if (options.engine == Engine.Vitscale)
      progress.say(s"${RuntimeChoice.inWords(model.runtime)} computes the forward pass: ${choice.reason}")
    model.warning.foreach(warning =>
      progress.say(s"warning: $warning (the column weights holds `${model.weights}`)")
    )
    val opened = interruptible(output.open(key))
    try {
      if (options.retryFailed) opened.forgetQuarantine()
      val used =
        ModelUsed(model.name, model.weights, key.fields("model_sha256"), options.engine, model.runtime.name)
      // Executors do not choose again: all rows of an output come from one runtime.
      val labels = math.min(options.request.topK, model.labels.size)
      rounds(opened, engine(asked.copy(runtime = model.runtime.name), model), used, labels)
    } finally opened.close()
  }

  /** Return the name of the runtime. Spark NLP's engine needs the graph. A resumed run keeps its runtime on any machine. */
  private def runtime(): String =
    if (options.engine != Engine.Vitscale) ModelRuntime.OnnxRuntime.name
    else if (options.runtime != RuntimeChoice.Auto) options.runtime
    else output.earlierKey.fold(RuntimeChoice.Auto)(_.runtime)

  /** Connect to all remote paths first, so that a wrong address is reported before any other work. */
  private def requireAnswers(model: ModelLocation): Unit = {
    val configuration = spark.sparkContext.hadoopConfiguration
    val places =
      output.folder.toSeq ++ (options.images ++ options.imagesFrom).map(Location.parse(_, configuration))
    val remote = places.collect { case Location.Hadoop(path) => path } ++ model.remote
    RemoteFiles.requireAnswers(remote, configuration)
  }

  /** @param labels
    *   largest number of labels in a row
    */
  private def rounds(opened: JobOutput, engine: Engine, model: ModelUsed, labels: Int): Ledger = {
    val width = if (options.features == Features.Off) labels else labels + ClassifyJob.FeatureNumbers
    val rows = interruptible(new CommitBuffer(opened, options.commitSeconds, width, progress.watch()))
    val inputs = new Inputs(spark, options, output.folder, rows, progress.say)
    val rounds =
      new WatchLoop(spark.sparkContext, options, opened, rows, inputs, engine, model, stop, progress)
    if (options.watch) rounds.untilStopped() else rounds.once()
  }

  private def engine(location: ModelLocation, model: ModelFolder): Engine =
    if (options.engine == Engine.Vitscale) {
      val classifier = TaskClassifier(location, options.threads, options.request, options.device)
      new VitscaleEngine(spark.sparkContext, classifier, options.limits)
    } else
      EngineProvider
        .named(options.engine)
        .open(EngineSettings(spark, model, options.device, options.batchSize, options.limits))
}

private object ClassifyJob {

  /** Numbers that the features add to a row: those of most models are fewer. */
  private val FeatureNumbers = 1024
}
