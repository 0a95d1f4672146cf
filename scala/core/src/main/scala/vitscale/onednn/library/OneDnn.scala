package vitscale.onednn.library

import org.bytedeco.dnnl.engine
import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.javacpp.Loader

import vitscale.{DeviceException, ModelException}

/** The oneDNN library in this process.
  *
  * A forward pass takes one core, and as many run side by side as there are cores. oneDNN takes the number of its threads
  * from OpenMP, which reads `OMP_NUM_THREADS` once, when its library is loaded. A JVM cannot set the variable for itself, so
  * who starts it must: `vitscale`'s launcher does, and so does sbt.
  */
private[vitscale] object OneDnn {

  /** The environment variable with the number of OpenMP's threads. */
  val Threads = "OMP_NUM_THREADS"

  // JavaCPP would compare the memory of the whole process with a multiple of the Java heap, and refuse to go beyond it.
  sys.props.getOrElseUpdate("org.bytedeco.javacpp.maxPhysicalBytes", "0")

  /** Why the library cannot run models in this process; none where it can. */
  lazy val problem: Option[String] = threadsProblem(sys.env.get(Threads)).orElse(loadProblem)

  /** @param threads
    *   value of `OMP_NUM_THREADS`
    */
  def threadsProblem(threads: Option[String]): Option[String] = threads match {
    case Some("1") => None
    case other =>
      val found = other.fold(s"$Threads is not set")(value => s"$Threads is $value")
      Some(
        s"$found; the oneDNN engine expects 1, so that passes do not share cores. " +
          s"Set $Threads=1 before the JVM starts (on executors: spark.executorEnv.$Threads=1)."
      )
  }

  private def loadProblem: Option[String] =
    try {
      Loader.load(classOf[dnnl])
      None
    } catch {
      case error: LinkageError =>
        val reason = Option(error.getMessage).getOrElse(error.toString)
        Some(
          s"The oneDNN library cannot be loaded: $reason. Set -Dorg.bytedeco.javacpp.cachedir to a folder that is " +
            "writable and not mounted noexec, or run the model on ONNX Runtime."
        )
    }

  /** The processor. One for the process, since every memory and primitive refers to it.
    *
    * @throws vitscale.DeviceException
    *   if the library cannot run models here
    */
  lazy val processor: engine = {
    problem.foreach(reason => throw new DeviceException(reason))
    val made = new engine(engine.kind.cpu, 0)
    made.retainReference[engine]() // no scope that happens to be open frees it
  }

  /** What the library may use of this processor. */
  lazy val instructions: Instructions = {
    processor
    Instructions.ofThisProcessor
  }

  /** The instruction set that oneDNN uses, by its own name in lower case: `avx512_core_amx`. */
  def instructionSet: String = dnnl.get_effective_cpu_isa().intern().toString.toLowerCase

  /** The library's version: `3.13.0`. */
  def version: String = {
    val found = dnnl.version()
    s"${found.major}.${found.minor}.${found.patch}"
  }

  /** Runs a call of oneDNN's C++ interface, which throws RuntimeExceptions.
    *
    * @throws vitscale.ModelException
    *   if it fails
    */
  def explained[A](what: String)(call: => A): A =
    try call
    catch {
      case error: RuntimeException if !error.isInstanceOf[vitscale.VitscaleException] =>
        throw new ModelException(
          s"oneDNN cannot $what: ${error.getMessage}. Run the model on ONNX Runtime.",
          error
        )
    }
}
