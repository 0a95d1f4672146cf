package vitscale.device

import java.nio.file.{Files, Paths}

import scala.jdk.CollectionConverters._
import scala.util.Try

/** Linux's description of the first CPU; empty on other systems. */
private[vitscale] object CpuInfo {

  private lazy val lines: Seq[String] =
    Try(Files.readAllLines(Paths.get("/proc/cpuinfo")).asScala.toIndexedSeq).getOrElse(IndexedSeq.empty)

  /** The instruction sets by Linux's names: `avx512_vnni`, `asimd`. */
  lazy val features: Set[String] =
    value("flags").orElse(value("Features")).fold(Set.empty[String])(_.split("\\s+").toSet)

  /** One line's value, "model name" say. */
  def value(name: String): Option[String] =
    lines.collectFirst {
      case line if line.takeWhile(_ != ':').trim == name => line.dropWhile(_ != ':').drop(1).trim
    }
}
