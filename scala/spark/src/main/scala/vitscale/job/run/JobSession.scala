package vitscale.job.run

import java.io.IOException
import java.net.{InetSocketAddress, Socket}
import java.util.concurrent.TimeUnit

import scala.util.control.NonFatal

import org.apache.spark.SparkConf
import org.apache.spark.sql.{AnalysisException, SparkSession}

import vitscale.UsageException
import vitscale.job.input.{InputKind, PieceSource}
import vitscale.job.output.OpenFormat
import vitscale.job.task.Engine
import vitscale.onednn.library.OneDnn

/** The Spark session of a job. Settings of `spark-submit` and `--conf` are kept; all others get the job's defaults. A session
  * that the user made himself, as Databricks does, keeps its settings: the job gets a session of its own beside it.
  */
private[job] object JobSession {

  private val StandaloneMaster = "spark://(.+)".r
  private val Extensions = "spark.sql.extensions"
  private val ConnectMillis = TimeUnit.SECONDS.toMillis(5).toInt

  /** @throws vitscale.UsageException
    *   if Spark cannot start with the master that was named
    */
  def start(options: JobOptions): SparkSession = {
    options.openFormat.foreach(format => format.requireLibrary(s"--format ${format.name}"))
    val conf = new SparkConf()
    val master = conf.get("spark.master", "local[*]")
    requireReachable(master)
    conf.setIfMissing("spark.app.name", "vitscale classify")
    conf.set("spark.master", master)
    defaults(master, options.engine).foreach { case (key, value) => conf.setIfMissing(key, value) }
    options.openFormats.foreach(addSettings(conf, _))
    if (options.input == InputKind.Table.name)
      smallReads.foreach { case (key, value) => conf.setIfMissing(key, value) }
    running.map(beside(_, conf)).getOrElse(created(conf, master))
  }

  private def created(conf: SparkConf, master: String): SparkSession =
    try SparkSession.builder().config(conf).getOrCreate()
    catch {
      case NonFatal(error) =>
        val reason = String.valueOf(error.getMessage).linesIterator.take(1).mkString
        throw new UsageException(s"Spark did not start with master $master: $reason", error)
    }

  /** The session that Spark's builder would return, and whose settings it would change. */
  private def running: Option[SparkSession] =
    SparkSession.getActiveSession.orElse(SparkSession.getDefaultSession).filterNot(_.sparkContext.isStopped)

  /** A session of the same application. It has the user's settings, and the job's for what he did not set. */
  private def beside(user: SparkSession, conf: SparkConf): SparkSession = {
    val own = user.newSession()
    for ((key, value) <- conf.getAll.toMap ++ user.conf.getAll; if !own.conf.getOption(key).contains(value))
      try own.conf.set(key, value)
      catch { case _: AnalysisException => () } // settings of the application, which no session changes
    own
  }

  /** Rows as large as images: a task reads a few MiB, and few rows at a time. */
  private val smallReads = Map(
    "spark.sql.files.maxPartitionBytes" -> PieceSource.TaskBytes.toString,
    "spark.sql.parquet.columnarReaderBatchSize" -> "64",
    "spark.sql.orc.columnarReaderBatchSize" -> "64"
  )

  /** Add what a table format needs. Several formats share the list of extensions. */
  private def addSettings(conf: SparkConf, format: OpenFormat): Unit = {
    format.settings.foreach { case (key, value) => conf.setIfMissing(key, value) }
    format.settings.get(Extensions).filterNot(conf.get(Extensions, "").split(',').contains(_)).foreach {
      missing =>
        conf.set(Extensions, s"${conf.get(Extensions)},$missing")
    }
    val _ =
      conf.setIfMissing("spark.scheduler.mode", "FAIR") // a commit does not wait for the images before it
  }

  private def defaults(master: String, engine: String): Map[String, String] = {
    val quiet = Map("spark.ui.enabled" -> "false", "spark.ui.showConsoleProgress" -> "false")
    val small = Map("spark.sql.shuffle.partitions" -> "16") // what is shuffled are paths alone
    val local =
      if (master.startsWith("local"))
        Map("spark.driver.host" -> "127.0.0.1", "spark.driver.bindAddress" -> "127.0.0.1")
      else Map.empty
    // A killed executor leaves temporary files, mostly native libraries. In its own work folder the worker deletes them.
    val standalone =
      if (master.startsWith("spark://")) Map("spark.executor.extraJavaOptions" -> "-Djava.io.tmpdir=.")
      else Map.empty
    val sparkNlp =
      if (engine == Engine.SparkNlp)
        Map(
          "spark.serializer" -> "org.apache.spark.serializer.KryoSerializer",
          "spark.kryoserializer.buffer.max" -> "2000M"
        )
      else Map.empty
    val others = Map("spark.driver.maxResultSize" -> "0", s"spark.executorEnv.${OneDnn.Threads}" -> "1")
    quiet ++ small ++ local ++ standalone ++ sparkNlp ++ others
  }

  /** Check that a master accepts connections. Spark itself retries for a minute, and then prints a stack trace. */
  private def requireReachable(master: String): Unit = master match {
    case StandaloneMaster(hosts) =>
      val addresses = hosts.split(",").toSeq.map(address)
      val problems = addresses.map { case (host, port) => problem(host, port) }
      if (problems.forall(_.isDefined))
        throw new UsageException(
          s"No Spark master answers at $master (${problems.flatten.mkString("; ")}). Check the URL and whether the master runs."
        )
    case _ => ()
  }

  private def address(text: String): (String, Int) = text.split(":") match {
    case Array(host, port)
        if port.nonEmpty && port.forall(_.isDigit) && port.length <= 5 && port.toInt < 65536 =>
      (host, port.toInt)
    case _ =>
      throw new UsageException(s"The master spark://$text has no host and port; expected spark://host:7077.")
  }

  private def problem(host: String, port: Int): Option[String] = {
    val socket = new Socket()
    try {
      socket.connect(new InetSocketAddress(host, port), ConnectMillis)
      None
    } catch { case error: IOException => Some(s"$host: ${error.getMessage}") }
    finally socket.close()
  }
}
