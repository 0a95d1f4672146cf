package vitscale.job

import vitscale.CommandLine.{guarded, say}
import vitscale.job.output.Ledger
import vitscale.job.run.{
  JobOptions,
  JobSession,
  LedgerFile,
  LedgerText,
  Progress,
  StopSignal,
  StoppedException
}
import vitscale.UsageException

/** The main class of `vitscale classify` and of `spark-submit --class vitscale.job.ClassifyMain vitscale.jar`.
  *
  * Exit status: 0 every image has a prediction; 1 an image or the job failed; 2 usage; 130 interrupted (committed rows are
  * kept).
  */
object ClassifyMain {

  private val RequiredJava = 17

  def main(arguments: Array[String]): Unit = {
    val code = guarded {
      requireJava()
      JobOptions.parse(arguments.toSeq).fold(2)(run)
    }
    if (!isInDatabricks && !isYarnsMaster) end(code)
    if (code != 0)
      throw new IllegalStateException(s"The job ended with exit status $code. See its log for the reason.")
  }

  /** End the process. An interrupted run may still execute native code while ONNX Runtime's exit hook destroys its
    * environment, which causes SIGSEGV. It therefore ends without exit hooks.
    */
  private def end(code: Int): Unit = {
    System.out.flush()
    System.err.flush()
    if (code == Ledger.InterruptedCode) Runtime.getRuntime.halt(code) else sys.exit(code)
  }

  /** Databricks runs the main class inside its own Spark application: it must end neither Spark nor the JVM. */
  private def isInDatabricks: Boolean = sys.env.contains("DATABRICKS_RUNTIME_VERSION")

  /** In YARN's cluster mode, this is the JVM of the application master, where every `System.exit` counts as a failure
    * (`org.apache.spark.deploy.yarn.ApplicationMaster`).
    */
  private def isYarnsMaster: Boolean =
    sys.props.get("spark.master").contains("yarn") && sys.props
      .get("spark.submit.deployMode")
      .contains("cluster")

  private def run(options: JobOptions): Int = {
    options.json.filter(_ != "-").foreach(new LedgerFile(_).requireWritable())
    val stop = new StopSignal
    stop.install()
    val progress = Progress.onStandardError()
    try {
      val spark = stop.during(() => ())(JobSession.start(options))
      try {
        val ledger = new ClassifyJob(spark, options, stop, progress).run()
        progress.endLine()
        report(ledger, options.json)
        ledger.exitCode
      } finally {
        progress.endLine()
        if (!isInDatabricks) spark.stop()
      }
    } catch {
      case _: StoppedException =>
        say("interrupted before the first image; no row was written")
        Ledger.InterruptedCode
    }
  }

  private def report(ledger: Ledger, json: Option[String]): Unit = {
    LedgerText.lines(ledger).foreach(say)
    json.foreach {
      case "-" => // as bytes: JSON is UTF-8 in every locale
        System.out.write(ledger.toJson)
        System.out.println()
      case file => new LedgerFile(file).write(ledger.toJson)
    }
  }

  /** Check the version of Java with a property of every version, before a class that needs a newer one is loaded. */
  private def requireJava(): Unit = {
    val version = sys.props("java.specification.version")
    if (version.split('.').head.toInt < RequiredJava)
      throw new UsageException(
        s"This is Java $version; expected Java $RequiredJava. Set JAVA_HOME to a Java $RequiredJava."
      )
  }
}
