package vitscale.job.task

import org.apache.spark.rdd.RDD

import vitscale.device.DeviceUse
import vitscale.job.records.{Outcome, ReadImage}

/** What classifies images inside Spark tasks. */
trait Engine {

  /** Answers every image of a partition, in order; no image stops its neighbours. */
  def classify(images: RDD[ReadImage]): RDD[Outcome]

  /** Loads the model where the tasks run.
    *
    * @return
    *   what shows that GPUs run it, from each executor for each of its GPUs; empty on the processor
    * @throws vitscale.ModelException
    *   if it cannot be loaded
    */
  def warmUp(): Seq[DeviceUse]
}

object Engine {
  val Vitscale = "vitscale"
  val SparkNlp = "spark-nlp"
  val names: Seq[String] = Seq(Vitscale, SparkNlp)
}
