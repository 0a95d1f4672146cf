package vitscale.classify

import java.nio.file.{Path, Paths}

import vitscale.UsageException
import vitscale.device.Device
import vitscale.forward.ForwardOptions
import vitscale.image.DecodeLimits

/** How a classifier uses the machine.
  *
  * On the processor, several forward passes side by side on one thread each give the most images per second: nothing waits
  * at the end of each operator. One forward pass on all cores gives the shortest answer to a single request.
  *
  * @param threads
  *   cores that one forward pass uses; a GPU's pass uses none
  * @param cores
  *   cores used in all: on the processor `cores / threads` forward passes run at a time; beside a GPU all of them decode
  * @param graphCache
  *   folder for optimised graphs; none optimises the graph anew each time. A GPU's graph is always optimised anew.
  */
final case class ClassifierOptions(
    threads: Int = ClassifierOptions.machineCores,
    cores: Int = ClassifierOptions.machineCores,
    graphCache: Option[Path] = ClassifierOptions.defaultGraphCache,
    limits: DecodeLimits = DecodeLimits.default,
    device: Device = Device.Cpu
) {
  if (threads < 1 || cores < 1)
    throw new UsageException(s"threads and cores must be at least 1, got $threads and $cores.")

  /** Forward passes that may run at the same time. */
  def concurrentForwards: Int = device match {
    case Device.Cpu => math.max(1, cores / threads)
    case Device.Gpu(ids) => ids.size * ClassifierOptions.PassesPerGpu
  }

  /** What the model has to know of this. */
  private[vitscale] def forward: ForwardOptions =
    ForwardOptions(threads, concurrentForwards, graphCache, device)

  /** Batches at work at the same time. On the processor, where a pass takes several cores, one more is decoded meanwhile;
    * beside a GPU one is decoded while another waits for the next pass.
    */
  def workers: Int = device match {
    case Device.Cpu => if (threads == 1) concurrentForwards else concurrentForwards + 1
    case Device.Gpu(_) => concurrentForwards + 2
  }
}

object ClassifierOptions {

  /** One computes while the other's images are copied to the device, its logits back, and its answers scored. */
  private val PassesPerGpu = 2

  def machineCores: Int = Runtime.getRuntime.availableProcessors()

  /** For many images: one thread for each forward pass, as many at a time as there are cores. */
  def throughput: ClassifierOptions = ClassifierOptions(threads = 1)

  /** The system property `vitscale.cache` (`none` for no cache), else the user's cache folder after the XDG base directory
    * specification.
    */
  def defaultGraphCache: Option[Path] = sys.props.get("vitscale.cache") match {
    case Some("none") => None
    case Some(folder) => Some(Paths.get(folder))
    case None =>
      val caches = sys.env.get("XDG_CACHE_HOME").filter(_.nonEmpty).map(Paths.get(_))
      Some(
        caches.getOrElse(Paths.get(sys.props("user.home"), ".cache")).resolve("vitscale").resolve("graphs")
      )
  }
}
