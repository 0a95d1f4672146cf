package vitscale.ml

import org.apache.spark.SparkContext
import org.apache.spark.util.LongAccumulator

import vitscale.classify.StageClock

/** Named accumulators of a transformation or a job. Spark's UI shows them on the page of each stage, for the stage and for each
  * task. A repeated task counts its images again.
  *
  * @param milliseconds
  *   time of each stage of the classifier, summed over threads
  */
final private[vitscale] case class ImageAccumulators(
    images: LongAccumulator,
    failed: LongAccumulator,
    milliseconds: Map[String, LongAccumulator]
)

private[vitscale] object ImageAccumulators {

  def of(context: SparkContext): ImageAccumulators = ImageAccumulators(
    images = context.longAccumulator("vitscale: images classified"),
    failed = context.longAccumulator("vitscale: images failed"),
    milliseconds =
      StageClock.stages.map(stage => stage -> context.longAccumulator(s"vitscale: $stage time (ms)")).toMap
  )
}
