package vitscale.job.output

/** Decides when a long run counts its output again, so that all counts together take about a twentieth of its time.
  *
  * @param seconds
  *   since the run started
  */
final private[job] class Audits(seconds: () => Double) {

  private var (last, took) = (seconds(), 0.0)

  def isDue: Boolean = seconds() - last >= took * Audits.Share

  def timed[A](audit: => A): A = {
    val began = seconds()
    val answer = audit
    last = seconds()
    took = last - began
    answer
  }
}

private object Audits {
  private val Share = 20
}
