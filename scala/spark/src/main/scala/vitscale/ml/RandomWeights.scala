package vitscale.ml

import java.util.concurrent.ConcurrentHashMap

import org.apache.spark.internal.Logging

import vitscale.model.ModelFolder

/** Warns in Spark's log of models whose labels mean nothing, once for each model of this JVM. */
private[ml] object RandomWeights extends Logging {

  private val warned = ConcurrentHashMap.newKeySet[String]()

  def warn(location: ModelLocation, model: ModelFolder): Unit =
    model.warning.filter(_ => warned.add(location.path)).foreach(warning => logWarning(warning))
}
