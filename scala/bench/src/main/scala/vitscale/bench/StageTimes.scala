package vitscale.bench

/** Total seconds of each stage for some images, one batch after another on one thread.
  *
  * @param normalise
  *   rescale, normalise, and the order of the axes
  * @param copy
  *   into the tensor that the runtime reads, where that is a step of its own
  */
final case class StageTimes(
    list: Double = 0,
    read: Double = 0,
    decode: Double = 0,
    resize: Double = 0,
    normalise: Double = 0,
    copy: Double = 0,
    forward: Double = 0,
    postprocess: Double = 0
) {

  def +(other: StageTimes): StageTimes = StageTimes(
    list + other.list,
    read + other.read,
    decode + other.decode,
    resize + other.resize,
    normalise + other.normalise,
    copy + other.copy,
    forward + other.forward,
    postprocess + other.postprocess
  )
}

object StageTimes {

  /** Run some work and return its result and its time in seconds. */
  def timed[A](work: => A): (A, Double) = {
    val start = System.nanoTime()
    val result = work
    (result, (System.nanoTime() - start) / 1e9)
  }
}
