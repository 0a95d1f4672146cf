package org.apache.spark.vitscale

import com.codahale.metrics.{Counter, Meter, MetricRegistry}
import org.apache.spark.SparkEnv
import org.apache.spark.metrics.source.Source

import vitscale.classify.StageClock

/** What the classifiers of an executor do, as a source of Spark's metrics system: all sinks of the user's configuration report
  * it, beside Spark's own sources.
  *
  * It is in Spark's package because the interface of a source is private to it.
  */
final class ClassifierSource private extends Source {

  override val sourceName: String = ClassifierSource.Name
  override val metricRegistry: MetricRegistry = new MetricRegistry

  /** Images with a prediction; a meter also has rates, in images a second. */
  val images: Meter = metricRegistry.meter("images")

  /** Images that failed. */
  val failed: Meter = metricRegistry.meter("failed")

  private val nanoseconds: Map[String, Counter] =
    StageClock.stages.map(stage => stage -> metricRegistry.counter(s"${stage}TimeNs")).toMap

  /** Add the time of a stage, summed over threads. */
  def add(stage: String, nanos: Long): Unit = nanoseconds(stage).inc(nanos)
}

object ClassifierSource {

  private[spark] val Name = "vitscale"

  /** Return the source of this executor, or of the driver in local mode. The first call registers it. */
  def here: ClassifierSource = synchronized {
    val system = SparkEnv.get.metricsSystem
    system.getSourcesByName(Name).collectFirst { case found: ClassifierSource => found }.getOrElse {
      val source = new ClassifierSource
      system.registerSource(source)
      source
    }
  }
}
