package vitscale.job.run

import java.util.Locale

import vitscale.job.output.Counters

/** Prints the progress of a run: one line that is rewritten on a terminal, else a line every 10 seconds.
  *
  * @param clock
  *   seconds of a monotonic clock
  */
final class Progress(write: String => Unit, isTerminal: Boolean, clock: () => Double) {

  private val between = if (isTerminal) Progress.TerminalSeconds else Progress.LogSeconds
  private var last = clock()
  private var isLineOpen = false

  /** Start a stopwatch; the result returns the seconds since then. */
  def watch(): () => Double = {
    val started = clock()
    () => clock() - started
  }

  /** Print the progress of a run that has taken `seconds` so far, if the last line is old enough. */
  def update(tally: Counters, seconds: Double): Unit = if (clock() - last >= between) {
    last = clock()
    show(Progress.line(tally, seconds))
  }

  /** Print a line that is not overwritten. */
  def say(line: String): Unit = {
    endLine()
    write(s"vitscale: $line\n")
  }

  def endLine(): Unit = if (isLineOpen) {
    write("\n")
    isLineOpen = false
  }

  private def show(line: String): Unit =
    if (isTerminal) {
      write(s"\r\u001b[K$line") // back to the start of the line, and clear it
      isLineOpen = true
    } else say(line)
}

object Progress {

  private val TerminalSeconds = 0.5
  private val LogSeconds = 10.0
  private val Minute = 60
  private val Hour = 3600

  def onStandardError(): Progress =
    new Progress(
      text => { System.err.print(text); System.err.flush() },
      System.console() != null,
      () => System.nanoTime() / 1e9
    )

  private[job] def line(tally: Counters, seconds: Double): String = {
    val rate = tally.now.sum / math.max(seconds, 1e-9)
    val left = if (tally.now.sum == 0) "" else s", ${duration(tally.left / rate)} left"
    "%,d of %,d images, %.1f/s%s, %,d failed"
      .formatLocal(Locale.ROOT, tally.inAll.sum, tally.files, rate, left, tally.inAll.quarantined)
  }

  private[job] def duration(seconds: Double): String = {
    val whole = math.ceil(seconds).toLong
    if (whole < Minute) s"$whole s"
    else if (whole < Hour) s"${whole / Minute} min ${whole % Minute} s"
    else s"${whole / Hour} h ${whole % Hour / Minute} min"
  }
}
