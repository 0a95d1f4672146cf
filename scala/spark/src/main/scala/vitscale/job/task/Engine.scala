package vitscale.job.task

import org.apache.spark.rdd.RDD

import vitscale.device.DeviceUse
import vitscale.job.records.{Outcome, ReadImage}

/** Classifies images inside Spark tasks. */
trait Engine {

  /** Return one outcome for each image of a partition, in order. A failed image does not affect the others. */
  def classify(images: RDD[ReadImage]): RDD[Outcome]

  /** Load the model on the executors.
    *
    * @return
    *   evidence that GPUs run it, from each executor for each of its GPUs; empty on the CPU
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
