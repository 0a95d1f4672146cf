package vitscale.bench

import java.nio.file.{Files, Paths}

import scala.sys.process._

import vitscale.UsageException

/** Makes the photos and the model that the benchmark takes by default, where they are not there yet. */
object DefaultInputs {

  /** Runs `make data` if a default was left as it is, is missing, and this is a checkout of the project.
    *
    * @throws vitscale.UsageException
    *   if it cannot be made
    */
  def make(options: BenchmarkOptions): Unit = {
    val missing = Seq(BenchmarkOptions.defaultImages, BenchmarkOptions.defaultModel)
      .filter(path => path == options.images || path == options.model)
      .filterNot(Files.exists(_))
    if (missing.nonEmpty) {
      if (!Files.exists(Paths.get("Makefile")))
        throw new UsageException(s"There is no ${missing.mkString(" and no ")}. Name --images and --model.")
      System.err.println(s"vitscale: making ${missing.mkString(" and ")} (make data)")
      val log = ProcessLogger(line => System.err.println(line))
      if (Process(Seq("make", "data")).!(log) != 0)
        throw new UsageException("`make data` failed, see above. Or name --images and --model.")
    }
  }
}
