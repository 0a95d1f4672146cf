package vitscale.ml

import org.apache.spark.{SparkConf, SparkEnv}

import vitscale.classify.ClassifierOptions
import vitscale.device.Device

/** The number of cores and tasks of this executor. */
private[vitscale] object TaskSlots {

  private val LocalMaster = "local\\[(\\d+).*\\]".r

  /** The executor's cores as the cluster grants them, else those of the machine. */
  def cores: Int =
    SparkEnv.get.conf.getOption("spark.executor.cores").fold(ClassifierOptions.machineCores)(_.toInt)

  /** Number of parallel tasks on a device: all tasks of the executor on its CPU, some of them on each GPU. */
  def sharing(device: Device): Int = device match {
    case Device.Cpu => byCores
    case Device.Gpu(_) => math.min(byCores, ofOneGpu(SparkEnv.get.conf))
  }

  private def byCores: Int = SparkEnv.get.conf.get("spark.master", "local") match {
    case "local" => 1
    case LocalMaster(tasks) => tasks.toInt
    case _ => math.max(1, cores / SparkEnv.get.conf.getInt("spark.task.cpus", 1))
  }

  /** Spark lets floor(1 / amount) tasks share a GPU (`ResourceUtils.calculateAmountAndPartsForFraction`); without its
    * scheduling the cores alone say how many do.
    */
  private[ml] def ofOneGpu(conf: SparkConf): Int =
    conf.getOption("spark.task.resource.gpu.amount").fold(Int.MaxValue) { amount =>
      math.max(1, (1 / amount.toDouble).toInt)
    }
}
