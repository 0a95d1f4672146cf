package vitscale.command

import scala.util.Properties.versionNumberString

import vitscale.UsageException

/** The jar that brings Spark NLP. It exists for Scala 2.12 alone. */
object SparkNlpJar {

  /** Return the error for an option that needs the jar, where the class path lacks it. */
  def missing(option: String): UsageException = new UsageException(reason(option, versionNumberString))

  private[command] def reason(option: String, scala: String): String =
    if (scala.startsWith("2.12."))
      s"$option needs the jar vitscale-sparknlp, which is not on the class path. " +
        "Install the Python package's extra [sparknlp], or add the jar to spark.jars."
    else
      s"$option needs Spark NLP, which has no release for Scala 2.13 and Spark 4 (this is Scala $scala). " +
        "Use Spark 3.5 with Scala 2.12, or the engine of ViTScale."
}
