package vitscale

import scala.util.control.NonFatal

/** Messages and exit statuses of the programs in this jar. */
private[vitscale] object CommandLine {

  /** Run a program and return its exit status. A user's mistake ends in one message, never in a stack trace. */
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

  /** Print a line of progress to standard error. Results go to standard output. */
  def say(line: String): Unit = System.err.println(s"vitscale: $line")
}
