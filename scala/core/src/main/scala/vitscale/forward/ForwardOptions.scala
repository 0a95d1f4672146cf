package vitscale.forward

import java.nio.file.Path

import vitscale.device.Device

/** The threads and the device of a model's forward passes.
  *
  * @param threads
  *   threads of one pass on the CPU; ignored on a GPU
  * @param concurrency
  *   largest number of parallel passes
  * @param graphCache
  *   folder for optimised graphs; none optimises the graph at each start
  */
final private[vitscale] case class ForwardOptions(
    threads: Int,
    concurrency: Int,
    graphCache: Option[Path],
    device: Device
)
