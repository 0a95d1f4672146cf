package vitscale.job.output

import java.io.IOException
import java.lang.management.ManagementFactory
import java.net.{InetAddress, UnknownHostException}
import java.util.UUID
import java.util.concurrent.{Executors, ScheduledExecutorService, TimeUnit}

import scala.util.Try

import com.fasterxml.jackson.databind.ObjectMapper

import vitscale.{DaemonThreads, OutputException}

/** A lease on an output: one driver at a time may write to it.
  *
  * Each driver takes the next number by exclusive creation of a file, in which one of several drivers succeeds. The highest
  * number owns the output. The owner rewrites its file every few seconds, as a heartbeat. A driver that finds an owner
  *   - alive on the same machine, is refused;
  *   - dead on the same machine, takes over at once;
  *   - on another machine, watches the owner's file, and takes over if the file does not change for 30 seconds.
  *
  * A killed driver therefore needs no manual cleanup. A driver that was only suspended loses its staging folder to its
  * successor, so it can no longer rename a part into the output.
  */
final class WriterLease private (storage: Storage, val number: Long, content: () => Array[Byte])
    extends AutoCloseable {

  private val beats: ScheduledExecutorService =
    Executors.newSingleThreadScheduledExecutor(new DaemonThreads("vitscale-owner"))
  beats.scheduleWithFixedDelay(
    () => beat(),
    WriterLease.BeatSeconds,
    WriterLease.BeatSeconds,
    TimeUnit.SECONDS
  )

  /** A failed heartbeat does no harm: at worst, another driver takes over. */
  private def beat(): Unit =
    try storage.overwrite(WriterLease.file(number), content())
    catch { case _: IOException => () }

  /** Release the lease, so that the next run does not wait. */
  override def close(): Unit = {
    beats.shutdownNow()
    beats.awaitTermination(WriterLease.BeatSeconds, TimeUnit.SECONDS)
    try storage.overwrite(WriterLease.file(number), WriterLease.Released)
    catch { case _: IOException => () }
  }
}

object WriterLease {

  val Folder: String = s"${FolderLayout.Own}/owners"

  private val BeatSeconds = 5L
  private val StaleSeconds = 30L
  private val FirstWriter = "it started at the same time and was first"
  private val Released = "{}".getBytes("UTF-8")
  private val json = new ObjectMapper()

  /** Take the lease on an output.
    *
    * @param staleSeconds
    *   seconds without a heartbeat after which an owner on another machine counts as dead
    * @param say
    *   prints why the driver waits
    * @throws vitscale.OutputException
    *   if another driver has the output
    */
  def take(storage: Storage, say: String => Unit, staleSeconds: Long = StaleSeconds): WriterLease = {
    storage.makeFolder(Folder)
    val last = numbers(storage).lastOption
    last.foreach(number => refuseIfAlive(storage, number, say, staleSeconds))
    val number = last.getOrElse(0L) + 1
    val own = beats()
    if (!storage.createFirst(file(number), own())) throw taken(storage, FirstWriter)
    val all = numbers(storage)
    if (all.last != number) {
      storage.delete(file(number))
      throw taken(storage, FirstWriter)
    }
    all.init.foreach(previous => storage.delete(file(previous)))
    new WriterLease(storage, number, own)
  }

  private def refuseIfAlive(storage: Storage, number: Long, say: String => Unit, staleSeconds: Long): Unit = {
    val owner = read(storage, number)
    val host = owner.path("host").asText("")
    if (host == ownHost) {
      if (isAlive(owner.path("pid").asLong, owner.path("started").asText))
        throw taken(storage, s"process ${owner.path("pid").asLong} on this machine")
    } else if (host.nonEmpty) {
      say(s"the last run, on $host, did not release the output; waiting $staleSeconds s for its heartbeat")
      if (changes(storage, number, owner.toString, staleSeconds)) throw taken(storage, s"on $host")
    }
  }

  private def changes(storage: Storage, number: Long, before: String, staleSeconds: Long): Boolean =
    (1L to staleSeconds).exists { _ =>
      Thread.sleep(TimeUnit.SECONDS.toMillis(1))
      read(storage, number).toString != before
    }

  /** Read the owner. A file that is being rewritten may be incomplete; it counts as an owner on another machine. */
  private def read(storage: Storage, number: Long) =
    Try(json.readTree(storage.read(file(number)))).toOption
      .filter(_.isObject)
      .getOrElse(json.createObjectNode().put("host", "another machine"))

  private def isAlive(pid: Long, started: String): Boolean = {
    val process = ProcessHandle.of(pid)
    process.isPresent && process.get.isAlive && startOf(process.get) == started
  }

  private def startOf(process: ProcessHandle): String =
    process.info().startInstant().map[String](_.toString).orElse("")

  private def beats(): () => Array[Byte] = {
    val process = ProcessHandle.current()
    val id = UUID.randomUUID().toString
    () =>
      json.writeValueAsBytes(
        json
          .createObjectNode()
          .put("id", id)
          .put("host", ownHost)
          .put("pid", process.pid)
          .put("started", startOf(process))
          .put("uptime_ms", ManagementFactory.getRuntimeMXBean.getUptime)
      )
  }

  /** The name of this machine. If it does not resolve, the message of the exception begins with it. */
  private def ownHost: String =
    try InetAddress.getLocalHost.getHostName
    catch { case unknown: UnknownHostException => unknown.getMessage.takeWhile(_ != ':') }

  private def numbers(storage: Storage): Seq[Long] =
    storage.list(Folder).flatMap(name => Try(name.toLong).toOption).sorted

  private def file(number: Long): String = f"$Folder/$number%09d"

  private def taken(storage: Storage, who: String) = new OutputException(
    s"Another run is writing to ${storage.location} ($who). Wait until it ends, or choose another --output."
  )
}
