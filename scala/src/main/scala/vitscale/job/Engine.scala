package vitscale.job

import org.apache.spark.rdd.RDD

/** What classifies images inside Spark tasks. */
trait Engine {

  /** Answers every image of a partition, in order; no image stops its neighbours. */
  def classify(images: RDD[ReadImage]): RDD[Outcome]

  /** Loads the model where the tasks run.
    *
    * @throws vitscale.ModelException
    *   if it cannot be loaded
    */
  def warmUp(): Unit
}

object Engine {
  val Vitscale = "vitscale"
  val SparkNlp = "spark-nlp"
  val names: Seq[String] = Seq(Vitscale, SparkNlp)
}
