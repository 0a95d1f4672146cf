package vitscale

import scala.util.control.NonFatal

/** How the programs of this jar speak and end. */
private[vitscale] object CommandLine {

  /** Runs a program; a user's mistake ends in one message and an exit status, never in a stack trace. */
  def guarded(program: => Int): Int =
    try program
    catch {
      case NonFatal(error) =>
        forUser(error).fold {
          error.printStackTrace()
          1
        } { told =>
          say(s"error: ${told.getMessage}")
          told.exitCode
        }
    }

  /** Return the exception that was written for the user; Spark wraps those that are thrown in a task. */
  private def forUser(error: Throwable): Option[VitscaleException] =
    Iterator.iterate(error)(_.getCause).takeWhile(_ != null).collectFirst { case told: VitscaleException =>
      told
    }

  /** Tells the user something on the way; what was asked for goes to standard output. */
  def say(line: String): Unit = System.err.println(s"vitscale: $line")
}
