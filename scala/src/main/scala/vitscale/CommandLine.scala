package vitscale

import scala.util.control.NonFatal

/** How the programs of this jar speak and end. */
private[vitscale] object CommandLine {

  /** Runs a program; a user's mistake ends in one message and an exit status, never in a stack trace. */
  def guarded(program: => Int): Int =
    try program
    catch {
      case error: VitscaleException =>
        say(s"error: ${error.getMessage}")
        error.exitCode
      case NonFatal(error) =>
        error.printStackTrace()
        1
    }

  /** Tells the user something on the way; what was asked for goes to standard output. */
  def say(line: String): Unit = System.err.println(s"vitscale: $line")
}
