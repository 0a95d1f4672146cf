package vitscale

import org.apache.spark.SparkException
import org.scalatest.funsuite.AnyFunSuite

class CommandLineSuite extends AnyFunSuite {

  for (
    (name, error, code) <- Seq[(String, Exception, Int)](
      ("a user's mistake", new UsageException("no such folder"), 2),
      ("a mistake that a task found", new SparkException("aborted", new UsageException("no such folder")), 2),
      ("any other exception", new IllegalStateException("a fault"), 1)
    )
  )
    test(s"$name ends with the exit status $code")(assert(CommandLine.guarded(throw error) == code))
}
