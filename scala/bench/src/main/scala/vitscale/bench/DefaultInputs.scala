package vitscale.bench

import java.nio.file.{Files, Paths}

import scala.sys.process._

import vitscale.UsageException

/** Makes the default photos and the default model of the benchmark if they are missing. */
object DefaultInputs {

  /** Run `make data` if a default input is used and missing, and this is a checkout of the project.
    *
    * @throws vitscale.UsageException
    *   if an input cannot be made
    */
  def make(options: BenchmarkOptions): Unit = {
    val missing = Seq(BenchmarkOptions.defaultImages, BenchmarkOptions.defaultModel)
      .filter(path => path == options.images || path == options.model)
      .filterNot(Files.exists(_))
    if (missing.nonEmpty) {
      if (!Files.exists(Paths.get("Makefile")))
        throw new UsageException(s"There is no ${missing.mkString(" and no ")}. Set --images and --model.")
      System.err.println(s"vitscale: making ${missing.mkString(" and ")} (make data)")
      val log = ProcessLogger(line => System.err.println(line))
      if (Process(Seq("make", "data")).!(log) != 0)
        throw new UsageException(
          "`make data` failed; its output is above. Fix the error, or set --images and --model."
        )
    }
  }
}
