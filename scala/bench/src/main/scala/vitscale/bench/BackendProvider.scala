package vitscale.bench

import java.util.ServiceLoader

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.SparkSession

import vitscale.command.SparkNlpJar
import vitscale.model.ModelFolder

/** Opens a backend that another jar brings. Java's service loader finds it, so the benchmark runs without that jar. */
trait BackendProvider {

  /** The value of `--backend` that selects it. */
  def name: String

  /** The version of its library, for the results. */
  def version: String

  /** Load the backend.
    *
    * @param spark
    *   started only if the backend can run the model
    * @throws vitscale.VitscaleException
    *   if it cannot run this model on this device
    */
  def load(spark: => SparkSession, model: ModelFolder, options: BenchmarkOptions, batchSize: Int): Backend
}

object BackendProvider {

  def installed: Seq[BackendProvider] = ServiceLoader.load(classOf[BackendProvider]).asScala.toSeq

  /** Find a provider by its name.
    *
    * @throws vitscale.UsageException
    *   if no jar on the class path brings it
    */
  def named(name: String): BackendProvider =
    installed.find(_.name == name).getOrElse(throw SparkNlpJar.missing(s"--backend $name"))
}
