package vitscale.job.task

import java.util.ServiceLoader

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.SparkSession

import vitscale.command.SparkNlpJar
import vitscale.device.Device
import vitscale.image.DecodeLimits
import vitscale.model.ModelFolder

/** What an engine of another jar needs to open a model.
  *
  * @param batchSize
  *   images of one forward pass; the engine knows its own default
  */
final case class EngineSettings(
    spark: SparkSession,
    model: ModelFolder,
    device: Device,
    batchSize: Option[Int],
    limits: DecodeLimits
)

/** Opens an engine that another jar brings. Java's service loader finds it, so the job compiles and runs without that jar. */
trait EngineProvider {

  /** The value of `--engine` that selects it. */
  def name: String

  /** @throws vitscale.VitscaleException
    *   if the engine cannot run this model on this device
    */
  def open(settings: EngineSettings): Engine
}

object EngineProvider {

  /** Find an engine by its name.
    *
    * @throws vitscale.UsageException
    *   if no jar on the class path brings it
    */
  def named(name: String): EngineProvider =
    ServiceLoader.load(classOf[EngineProvider]).asScala.find(_.name == name).getOrElse {
      throw SparkNlpJar.missing(s"--engine $name")
    }
}
