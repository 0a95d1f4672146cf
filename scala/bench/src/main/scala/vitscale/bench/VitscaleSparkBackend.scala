package vitscale.bench

import java.nio.file.{Files, Path, Paths}

import org.apache.commons.io.FileUtils
import org.apache.hadoop.fs.{Path => HadoopPath}
import org.apache.spark.sql.SparkSession
import org.apache.spark.sql.functions.{col, lit}

import vitscale.classify.{RuntimeChoice, SharedClassifiers}
import vitscale.device.{Device, DeviceUse}
import vitscale.ml.ViTImageClassifier
import vitscale.model.ModelFolder

/** ViTScale's engine inside Spark, as the Spark ML transformer that its users put into a pipeline. */
final class VitscaleSparkBackend(spark: SparkSession, classifier: ViTImageClassifier) extends Backend {

  private val folder: Path = Files.createTempDirectory("vitscale-spark-")

  override def classify(images: ImageFolder): Predictions = {
    val target = folder.resolve("predictions").toString
    val files = spark.read.format("binaryFile").option("recursiveFileLookup", value = true)
    classifier
      .transform(images.load(files).select("path", "content"))
      .select("path", s"${classifier.getOutputCol}.*")
      .write
      .mode("overwrite")
      .parquet(target)
    new Written(images, target)
  }

  override def query(file: Path): Option[String] = {
    import spark.implicits._
    val image = Seq(Files.readAllBytes(file)).toDF(classifier.getInputCol)
    val answer = classifier.transform(image).select(s"${classifier.getOutputCol}.error").head()
    Option(answer.getString(0))
  }

  override def stages(images: ImageFolder): StageTimes = withEngine(_.stages(images))

  override def outputs(images: ImageFolder): Iterator[ImageOutput] =
    withEngine(_.outputs(images).toIndexedSeq.iterator)

  /** The engine without Spark, which measures the same stages. */
  private def withEngine[A](ask: VitscaleBackend => A): A = {
    val device = Device.named(classifier.getDevice, gpus = 1)
    val direct = VitscaleBackend.load(model(device), classifier.getBatchSize, threads = None, device)
    try ask(direct)
    finally direct.close()
  }

  private def model(device: Device): ModelFolder = RuntimeChoice
    .open(Paths.get(classifier.getModelPath), classifier.getPrecision, classifier.getRuntime, device)
    .folder

  /** The runtime of this process; tasks use the same rule. */
  override def runtime: Option[String] =
    Some(RuntimeChoice.inWords(model(Device.named(classifier.getDevice, gpus = 1)).runtime))

  /** Read in a task, which may run on another machine. */
  override def deviceUse: Option[DeviceUse] = {
    val uses =
      spark.sparkContext.parallelize(Seq(0), numSlices = 1).flatMap(_ => SharedClassifiers.deviceUses)
    uses.collect().headOption
  }

  override def close(): Unit = FileUtils.deleteDirectory(folder.toFile)

  /** The folder may hold files that are no images; only the workload's own count. */
  private final class Written(images: ImageFolder, target: String) extends Predictions {

    private lazy val reasons: Map[Path, Option[String]] = spark.read
      .parquet(target)
      .select(col("path"), col("error"))
      .collect()
      .map(row => Paths.get(new HadoopPath(row.getString(0)).toUri.getPath) -> Option(row.getString(1)))
      .toMap

    override def count: Long = images.files.count(file => reasons.get(file).contains(None)).toLong

    override def failed: Seq[FailedImage] = images.files.flatMap { file =>
      reasons
        .getOrElse(file, Some(ImageFolder.leftOutBySpark(file).getOrElse("Spark read no such file")))
        .map(reason => FailedImage(images.relative(file), reason))
    }
  }
}

object VitscaleSparkBackend {

  def load(
      spark: SparkSession,
      model: ModelFolder,
      options: BenchmarkOptions,
      batchSize: Int
  ): VitscaleSparkBackend = {
    val classifier = new ViTImageClassifier()
      .setModelPath(model.path.toString)
      .setPrecision(options.precision)
      .setRuntime(options.runtime)
      .setThreads(options.threads.getOrElse(0))
      .setDevice(options.deviceName)
      .setBatchSize(batchSize)
      .setInputCol("content")
    // Loads the model in this JVM, so that the load time is not part of the first pass.
    val oneRow = spark.range(1).select(lit(Array.emptyByteArray).as("content"))
    classifier.transform(oneRow).collect()
    new VitscaleSparkBackend(spark, classifier)
  }
}
