import sbt._

/** Every version of the JVM build, once. */
object Dependencies {

  val scala2 = "2.12.20"

  private object Version {
    val spark = "3.5.9"
    val sparkNlp = "5.5.3"
    val onnxruntime = "1.28.0" // 1.29.0 crashes the JVM inside Spark NLP's session set-up
    val tensorflow = "0.4.2" // TensorFlow 2.7; Spark NLP 5.5.3 lacks methods of 0.5.0
    val onednn = "3.13-1.5.14" // oneDNN 3.13, bound by JavaCPP 1.5.14
    val javacpp = "1.5.14" // TensorFlow 0.4.2 was built with 1.5.6, and runs with this one
    val jackson = "2.15.2" // of Spark 3.5
    val scopt = "4.1.0"
    val xz = "1.9" // of Spark 3.5
    val aircompressor = "0.27" // of Spark 3.5
    val webp = "0.10.2"
    val hadoop = "3.3.4" // of Spark 3.5
    val delta = "3.3.2" // of Spark 3.5
    val iceberg = "1.10.0"
    val aws = "1.12.262" // of Hadoop 3.3.4
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

  /** Image formats, JSON and ONNX Runtime: all that the engine needs. Jackson's version is that of Spark 3.5. */
  def core(device: Device): Seq[ModuleID] = Seq(
    onnxruntime(device),
    "com.fasterxml.jackson.core" % "jackson-databind" % Version.jackson,
    "com.fasterxml.jackson.module" %% "jackson-module-scala" % Version.jackson,
    "org.tukaani" % "xz" % Version.xz, // LZMA inside TIFF
    "io.airlift" % "aircompressor" % Version.aircompressor, // Zstandard inside TIFF
    "com.github.usefulness" % "webp-imageio" % Version.webp // libwebp
  ) ++ onednn

  /** Given by the Spark installation at run time, so left out of the jar. */
  val spark: Seq[ModuleID] = Seq(
    "org.apache.spark" %% "spark-sql" % Version.spark,
    "org.apache.spark" %% "spark-mllib" % Version.spark
  ).map(_ % Provided)

  /** Spark's installation has this version; a newer one needs libraries that Spark lacks. */
  val sparkCompress: ModuleID = "org.apache.commons" % "commons-compress" % "1.23.0"

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
  val hdfs: Seq[ModuleID] = Seq("org.apache.hadoop" % "hadoop-client-minicluster" % Version.hadoop % Test)

  /** Table formats. The user brings their libraries. The jar calls Iceberg's; of Delta it extends the log store alone. */
  val tables: Seq[ModuleID] = Seq(
    "io.delta" %% "delta-spark" % Version.delta % Test,
    "io.delta" % "delta-storage" % Version.delta % Provided,
    "org.apache.iceberg" %% "iceberg-spark-runtime-3.5" % Version.iceberg % Provided
  )

  /** Hadoop's S3 client, with the services of AWS that it calls in the place of the bundle of all (280 MB). */
  val s3: Seq[ModuleID] = {
    val aws = Seq("s3", "sts", "dynamodb").map(name => "com.amazonaws" % s"aws-java-sdk-$name" % Version.aws)
    val hadoop = ("org.apache.hadoop" % "hadoop-aws" % Version.hadoop).exclude("com.amazonaws", "aws-java-sdk-bundle")
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
