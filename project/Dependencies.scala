import sbt._

/** Every version of the JVM build, once. */
object Dependencies {

  /** Scala of Spark 3.5, which is the default, and of Spark 4. */
  val scala212 = "2.12.20"
  val scala213 = "2.13.16"

  /** Spark for one version of Scala, with the libraries of its installation: ViTScale uses those, so its jars leave them
    * out. It is the oldest Spark that a jar runs on, because code for a newer one can call what the older one lacks.
    */
  private final case class SparkPlatform(
      spark: String,
      jackson: String,
      xz: String,
      aircompressor: String,
      commonsCompress: String,
      hadoop: String,
      awsOrganization: String,
      aws: String,
      awsModules: Seq[String],
      collectionCompat: Option[String]
  ) {

    /** Major and minor version, as in the names of artifacts. */
    def sparkLine: String = spark.split('.').take(2).mkString(".")
  }

  private val platforms: Map[String, SparkPlatform] = Map(
    "2.12" -> SparkPlatform(
      spark = "3.5.9",
      jackson = "2.15.2",
      xz = "1.9",
      aircompressor = "0.27",
      commonsCompress = "1.23.0",
      hadoop = "3.3.4",
      awsOrganization = "com.amazonaws",
      aws = "1.12.262", // of Hadoop 3.3.4
      awsModules = Seq("aws-java-sdk-s3", "aws-java-sdk-sts", "aws-java-sdk-dynamodb"),
      collectionCompat = Some("2.7.0") // scala.jdk.CollectionConverters
    ),
    "2.13" -> SparkPlatform(
      spark = "4.0.1",
      jackson = "2.18.2",
      xz = "1.10",
      aircompressor = "2.0.2",
      commonsCompress = "1.27.1",
      hadoop = "3.4.1",
      awsOrganization = "software.amazon.awssdk",
      aws = "2.24.6", // of Hadoop 3.4.1
      awsModules = Seq("s3"),
      collectionCompat = None
    )
  )

  private object Version {
    val sparkNlp = "5.5.3"
    val onnxruntime = "1.28.0" // 1.29.0 crashes the JVM inside Spark NLP's session set-up
    val tensorflow = "0.4.2" // TensorFlow 2.7; Spark NLP 5.5.3 lacks methods of 0.5.0
    val onednn = "3.13-1.5.14" // oneDNN 3.13, bound by JavaCPP 1.5.14
    val javacpp = "1.5.14" // TensorFlow 0.4.2 was built with 1.5.6, and runs with this one
    val scopt = "4.1.0"
    val webp = "0.10.2"
    val jna = "5.17.0"
    val archunit = "1.4.1"
    val jmh = "1.37"
    val scalatest = "3.2.19"
    val scalacheckBridge = "3.2.19.0"
  }

  /** Which processors the jar can use, from `-Dgpu=`. */
  sealed trait Device
  object Device {
    case object Cpu extends Device

    /** Spark NLP's own GPU artifact: TensorFlow and ONNX Runtime on CUDA. */
    case object SparkNlpGpu extends Device

    /** Spark NLP's CPU artifact with ONNX Runtime's CUDA build: all that the ONNX engine needs. */
    case object OnnxruntimeGpu extends Device

    def parse(setting: Option[String]): Device = setting match {
      case None | Some("false") => Cpu
      case Some("true") => SparkNlpGpu
      case Some("onnxruntime") => OnnxruntimeGpu
      case Some(other) =>
        sys.error(s"-Dgpu=$other is not a setting: use true, false or onnxruntime")
    }
  }

  /** Image formats, JSON and ONNX Runtime: all that the engine needs.
    *
    * @param scala
    *   binary version, `2.12` or `2.13`
    */
  def core(device: Device, scala: String): Seq[ModuleID] = Seq(
    onnxruntime(device),
    "com.fasterxml.jackson.core" % "jackson-databind" % platforms(scala).jackson,
    "com.fasterxml.jackson.module" %% "jackson-module-scala" % platforms(scala).jackson,
    "org.tukaani" % "xz" % platforms(scala).xz, // LZMA inside TIFF
    "io.airlift" % "aircompressor" % platforms(scala).aircompressor, // Zstandard inside TIFF
    "com.github.usefulness" % "webp-imageio" % Version.webp, // libwebp
    "net.java.dev.jna" % "jna" % Version.jna // calls the system's libjpeg-turbo
  ) ++ platforms(scala).collectionCompat.map(
    "org.scala-lang.modules" %% "scala-collection-compat" % _
  ) ++ onednn

  /** Given by the Spark installation at run time, so left out of the jar. */
  def spark(scala: String): Seq[ModuleID] =
    Seq("spark-sql", "spark-mllib").map("org.apache.spark" %% _ % platforms(scala).spark % Provided)

  /** Spark's installation has this version; a newer one needs libraries that Spark lacks. */
  def sparkCompress(scala: String): ModuleID =
    "org.apache.commons" % "commons-compress" % platforms(scala).commonsCompress

  val commandLine: Seq[ModuleID] = Seq("com.github.scopt" %% "scopt" % Version.scopt)

  val test: Seq[ModuleID] = Seq(
    "org.scalatest" %% "scalatest" % Version.scalatest,
    "org.scalatestplus" %% "scalacheck-1-18" % Version.scalacheckBridge,
    "com.tngtech.archunit" % "archunit" % Version.archunit
  ).map(_ % Test)

  /** The harness of microbenchmarks, and the annotation processor that javac finds on the class path. */
  val jmh: Seq[ModuleID] =
    Seq("jmh-core", "jmh-generator-annprocess").map("org.openjdk.jmh" % _ % Version.jmh)

  /** HDFS itself, to write to. */
  def hdfs(scala: String): Seq[ModuleID] =
    Seq("org.apache.hadoop" % "hadoop-client-minicluster" % platforms(scala).hadoop % Test)

  /** Table formats. The user brings their libraries. The jar calls Iceberg's; of Delta it extends the log store alone. */
  def tables(scala: String): Seq[ModuleID] = {
    val spark = platforms(scala).sparkLine
    val delta = TableLibraries.module("delta", spark)
    Seq(
      delta % Test,
      delta.organization % "delta-storage" % delta.revision % Provided,
      TableLibraries.module("iceberg", spark) % Provided
    )
  }

  /** Hadoop's S3 client, with the services of AWS that it calls in the place of the bundle of all (280 MB). */
  def s3(scala: String): Seq[ModuleID] = {
    val platform = platforms(scala)
    val aws = platform.awsModules.map(name => platform.awsOrganization % name % platform.aws)
    val hadoop = ("org.apache.hadoop" % "hadoop-aws" % platform.hadoop)
      .exclude("com.amazonaws", "aws-java-sdk-bundle")
      .exclude("software.amazon.awssdk", "bundle")
    (hadoop +: aws).map(_ % Provided)
  }

  /** oneDNN with the native libraries of one platform; of this machine where the jars are for all. It also names OpenCL's
    * bindings, which a processor does not need (see `org.bytedeco.opencl.presets.OpenCL`).
    */
  private def onednn: Seq[ModuleID] =
    Seq("org.bytedeco" % "dnnl" % Version.onednn, "org.bytedeco" % "javacpp" % Version.javacpp)
      .flatMap(module => Seq(module, module.classifier(Platform.chosen.javacpp)))
      .map(_.excludeAll(ExclusionRule("org.bytedeco", "opencl")))

  /** What Spark NLP calls TensorFlow through, with the native libraries of this machine: upstream's artifacts in the
    * place of `tensorflow-cpu_2.12`, which repackages them.
    */
  val tensorflow: Seq[ModuleID] = {
    val api = "org.tensorflow" % "tensorflow-core-api" % Version.tensorflow
    Seq(api, api.classifier(Platform.javacppOfThisMachine))
  }

  /** ViT runs on the ONNX engine by default, so the other engines (several hundred MB) stay out. */
  def sparkNlp(device: Device): ModuleID = {
    val artifact = if (device == Device.SparkNlpGpu) "spark-nlp-gpu" else "spark-nlp"
    val otherEngines = Seq("tensorflow", "jsl-openvino", "jsl-llamacpp").flatMap(engine =>
      Seq("cpu", "gpu").map(kind => ExclusionRule("com.johnsnowlabs.nlp", s"${engine}-${kind}_2.12"))
    )
    val otherOnnxruntimes =
      Seq("onnxruntime", "onnxruntime_gpu").map(ExclusionRule("com.microsoft.onnxruntime", _))
    ("com.johnsnowlabs.nlp" %% artifact % Version.sparkNlp)
      .excludeAll(otherEngines ++ otherOnnxruntimes: _*)
  }

  private def onnxruntime(device: Device): ModuleID = {
    val artifact = if (device == Device.Cpu) "onnxruntime" else "onnxruntime_gpu"
    "com.microsoft.onnxruntime" % artifact % Version.onnxruntime
  }
}
