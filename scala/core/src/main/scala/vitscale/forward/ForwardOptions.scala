package vitscale.forward

import java.nio.file.Path

import vitscale.device.Device

/** How a model uses the machine for its forward passes.
  *
  * @param threads
  *   cores of one pass on the processor; a GPU's pass uses none
  * @param concurrency
  *   passes that may run at the same time
  * @param graphCache
  *   folder for optimised graphs; none optimises the graph anew each time
  */
final private[vitscale] case class ForwardOptions(
    threads: Int,
    concurrency: Int,
    graphCache: Option[Path],
    device: Device
)
