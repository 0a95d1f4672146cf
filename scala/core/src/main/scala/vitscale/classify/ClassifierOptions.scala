package vitscale.classify

import java.nio.file.{Path, Paths}

import vitscale.UsageException
import vitscale.device.Device
import vitscale.forward.ForwardOptions
import vitscale.image.DecodeLimits

/** The threads, cores and device of a classifier.
  *
  * On the CPU, parallel forward passes with one thread each give the highest throughput, because no thread waits at the end
  * of an operator. One forward pass on all cores gives the lowest latency of a single request.
  *
  * @param threads
  *   threads of one forward pass on the CPU; ignored on a GPU
  * @param cores
  *   number of cores to use. On the CPU, `cores / threads` forward passes run in parallel; with a GPU, all cores decode.
  * @param graphCache
  *   folder for optimised graphs; none optimises the graph at each start. A graph for a GPU is optimised at each start.
  */
final case class ClassifierOptions(
    threads: Int = ClassifierOptions.machineCores,
    cores: Int = ClassifierOptions.machineCores,
    graphCache: Option[Path] = ClassifierOptions.defaultGraphCache,
    limits: DecodeLimits = DecodeLimits.default,
    device: Device = Device.Cpu
) {
  if (threads < 1 || cores < 1)
    throw new UsageException(s"threads is $threads and cores is $cores; expected at least 1 for both.")

  /** Return a copy with another number of threads of one forward pass, for Java. */
  def withThreads(threads: Int): ClassifierOptions = copy(threads = threads)

  /** Return a copy with other limits of images, for Java. */
  def withLimits(limits: DecodeLimits): ClassifierOptions = copy(limits = limits)

  /** Forward passes that may run at the same time. */
  def concurrentForwards: Int = device match {
    case Device.Cpu => math.max(1, cores / threads)
    case Device.Gpu(ids) => ids.size * ClassifierOptions.PassesPerGpu
  }

  /** The options of the forward pass. */
  private[vitscale] def forward: ForwardOptions =
    ForwardOptions(threads, concurrentForwards, graphCache, device)

  /** Number of batches in progress. On the CPU, if a pass uses several threads, one more batch is decoded meanwhile. With a
    * GPU, one more batch is decoded and one more waits for the next pass.
    */
  def workers: Int = device match {
    case Device.Cpu => if (threads == 1) concurrentForwards else concurrentForwards + 1
    case Device.Gpu(_) => concurrentForwards + 2
  }
}

object ClassifierOptions {

  /** One pass computes while the images of the other are copied to the device, and its logits back and scored. */
  private val PassesPerGpu = 2

  def machineCores: Int = Runtime.getRuntime.availableProcessors()

  /** Options for the highest throughput: one thread per forward pass, one pass per core. */
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
