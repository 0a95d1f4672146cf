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
      case error: NoClassDefFoundError if OfLibraries.exists(error.getMessage.startsWith) =>
        say(
          s"error: The class path lacks vitscale-libraries.jar, which has ${error.getMessage}. " +
            "Add it with --jars; the command `vitscale jars` prints the jars that Spark needs."
        )
        1
    }

  /** Packages of the jar that carries the libraries. */
  private val OfLibraries = Seq("ai/onnxruntime/", "org/bytedeco/", "com/luciad/")

  /** Return the exception that was written for the user; Spark wraps those that are thrown in a task. */
  private def forUser(error: Throwable): Option[VitscaleException] =
    Iterator.iterate(error)(_.getCause).takeWhile(_ != null).collectFirst { case told: VitscaleException =>
      told
    }

  /** Print a line of progress to standard error. Results go to standard output. */
  def say(line: String): Unit = System.err.println(s"vitscale: $line")
}
