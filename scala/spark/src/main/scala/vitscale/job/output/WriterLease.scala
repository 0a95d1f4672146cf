package vitscale.job.output

import java.io.IOException
import java.lang.management.ManagementFactory
import java.net.{InetAddress, UnknownHostException}
import java.util.UUID
import java.util.concurrent.{Executors, ScheduledExecutorService, TimeUnit}

import scala.util.Try

import com.fasterxml.jackson.databind.ObjectMapper

import vitscale.{DaemonThreads, OutputException}

/** The right to write to an output, for one driver at a time.
  *
  * Each driver takes the next number by creating a file that must not be there, which one of several succeeds in; the
  * highest number owns the output. It rewrites its file every few seconds. Whoever finds an owner
  *   - that runs on the same machine, is refused;
  *   - that ran on the same machine and is dead, takes over at once;
  *   - on another machine, watches whether its file changes, and takes over if it does not for half a minute.
  *
  * So a killed driver leaves nothing to clear away by hand. A driver that was only frozen loses its staging folder to the
  * one that takes over, so whatever it still does, it cannot rename a part into the output.
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

  /** A beat that fails is no harm: at worst another takes over. */
  private def beat(): Unit =
    try storage.overwrite(WriterLease.file(number), content())
    catch { case _: IOException => () }

  /** Gives the output back, so that the next run need not wait. */
  override def close(): Unit = {
    beats.shutdownNow()
    beats.awaitTermination(WriterLease.BeatSeconds, TimeUnit.SECONDS)
    try storage.overwrite(WriterLease.file(number), WriterLease.Released)
    catch { case _: IOException => () }
  }
}

object WriterLease {

  val Folder = "_vitscale/owners"

  private val BeatSeconds = 5L
  private val StaleSeconds = 30L
  private val Released = "{}".getBytes("UTF-8")
  private val json = new ObjectMapper()

  /** @param staleSeconds
    *   an owner elsewhere whose file does not change for so long is taken for dead
    * @param say
    *   told why it waits
    * @throws vitscale.OutputException
    *   if another driver has the output
    */
  def take(storage: Storage, say: String => Unit, staleSeconds: Long = StaleSeconds): WriterLease = {
    storage.makeFolder(Folder)
    val last = numbers(storage).lastOption
    last.foreach(number => refuseIfAlive(storage, number, say, staleSeconds))
    val number = last.getOrElse(0L) + 1
    val own = beats()
    if (!storage.createFirst(file(number), own())) throw taken(storage, "it was faster")
    val all = numbers(storage)
    if (all.last != number) {
      storage.delete(file(number))
      throw taken(storage, "it was faster")
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
      say(s"the last run, on $host, did not end; watching for $staleSeconds s whether it still lives")
      if (changes(storage, number, owner.toString, staleSeconds)) throw taken(storage, s"on $host")
    }
  }

  private def changes(storage: Storage, number: Long, before: String, staleSeconds: Long): Boolean =
    (1L to staleSeconds).exists { _ =>
      Thread.sleep(TimeUnit.SECONDS.toMillis(1))
      read(storage, number).toString != before
    }

  /** A file that is being rewritten may be half there: that reads as an owner of which nothing is known but that it changes. */
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

  /** A name that does not resolve is the beginning of the message that says so. */
  private def ownHost: String =
    try InetAddress.getLocalHost.getHostName
    catch { case unknown: UnknownHostException => unknown.getMessage.takeWhile(_ != ':') }

  private def numbers(storage: Storage): Seq[Long] =
    storage.list(Folder).flatMap(name => Try(name.toLong).toOption).sorted

  private def file(number: Long): String = f"$Folder/$number%09d"

  private def taken(storage: Storage, who: String) = new OutputException(
    s"Another run is writing to ${storage.location} ($who). Wait for its end, or name another --output."
  )
}
