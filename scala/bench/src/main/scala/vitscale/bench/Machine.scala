package vitscale.bench

import java.lang.management.ManagementFactory
import java.nio.charset.StandardCharsets
import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._
import scala.util.Try

import com.sun.management.OperatingSystemMXBean

import vitscale.Version
import vitscale.device.CpuInfo

/** Facts about the machine, and the resources that this process uses. */
object Machine {

  /** Instruction sets that decide the speed of a ViT; the same list as in Python's `vitscale.bench.environment`. */
  val relevantFeatures: Seq[String] =
    Seq(
      "amx_bf16",
      "amx_int8",
      "avx2",
      "avx512_bf16",
      "avx512_vnni",
      "avx512f",
      "avx_vnni",
      "asimd",
      "bf16",
      "i8mm"
    )

  private val system = ManagementFactory.getPlatformMXBean(classOf[OperatingSystemMXBean])
  private val status = Paths.get("/proc/self/status")

  def environment(versions: Map[String, String]): Environment =
    Environment(
      os = s"${sys.props("os.name")} ${sys.props("os.version")}",
      architecture = sys.props("os.arch"),
      cpu = CpuInfo.value("model name").getOrElse(sys.props("os.arch")),
      cpuCount = Runtime.getRuntime.availableProcessors(),
      cpuFeatures = relevantFeatures.filter(CpuInfo.features),
      memoryBytes = system.getTotalMemorySize,
      versions = versions ++ Map("java" -> sys.props("java.version"), "vitscale" -> Version.current)
    )

  /** Processor time of this process since it started, in seconds. */
  def cpuSeconds: Double = system.getProcessCpuTime / 1e9

  /** Seconds since this process started. */
  def uptimeSeconds: Double = ManagementFactory.getRuntimeMXBean.getUptime / 1e3

  /** Peak resident memory since the last reset, in bytes: Linux's VmHWM, elsewhere the peaks of the JVM's own pools,
    * which leave out what native code holds.
    */
  def peakMemoryBytes: Long =
    lines(status)
      .collectFirst { case line if line.startsWith("VmHWM:") => line.split("\\s+")(1).toLong * 1024 }
      .getOrElse(ManagementFactory.getMemoryPoolMXBeans.asScala.map(_.getPeakUsage.getUsed).sum)

  /** Reset the peak to the current resident memory, if the system allows it (Linux: `proc(5)`, clear_refs). */
  def resetPeakMemory(): Unit = {
    val reset = Paths.get("/proc/self/clear_refs")
    Try(Files.write(reset, "5".getBytes(StandardCharsets.US_ASCII)))
    ManagementFactory.getMemoryPoolMXBeans.asScala.foreach(_.resetPeakUsage())
  }

  private def lines(file: Path): Seq[String] =
    Try(Files.readAllLines(file).asScala.toIndexedSeq).getOrElse(IndexedSeq.empty)
}
