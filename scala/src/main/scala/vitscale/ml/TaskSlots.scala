package vitscale.ml

import org.apache.spark.SparkEnv

import vitscale.runtime.ClassifierOptions

/** How many cores and tasks this executor has. */
private[vitscale] object TaskSlots {

  private val LocalMaster = "local\\[(\\d+).*\\]".r

  /** The executor's cores as the cluster grants them, else those of the machine. */
  def cores: Int =
    SparkEnv.get.conf.getOption("spark.executor.cores").fold(ClassifierOptions.machineCores)(_.toInt)

  /** Tasks that run at a time. */
  def count: Int = SparkEnv.get.conf.get("spark.master", "local") match {
    case "local" => 1
    case LocalMaster(tasks) => tasks.toInt
    case _ => math.max(1, cores / SparkEnv.get.conf.getInt("spark.task.cpus", 1))
  }
}
