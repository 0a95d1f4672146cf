package vitscale.job.input

import java.io.ByteArrayOutputStream
import java.util.zip.GZIPOutputStream

import scala.util.Random

import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream.{
  BIGNUMBER_POSIX,
  LONGFILE_GNU,
  LONGFILE_POSIX
}
import org.apache.commons.compress.archivers.tar.{TarArchiveEntry, TarArchiveOutputStream, TarConstants}

/** Tar files in memory. */
object TarFixtures {

  def tar(members: (String, Array[Byte])*): Array[Byte] = written(LONGFILE_POSIX)(members: _*)

  /** Long names as GNU tar writes them. */
  def gnu(members: (String, Array[Byte])*): Array[Byte] = written(LONGFILE_GNU)(members: _*)

  /** Each member has a header alone, and none for what that cannot hold. */
  def plain(members: (String, Array[Byte])*): Array[Byte] =
    written(LONGFILE_POSIX, isPlain = true)(members: _*)

  private def written(longNames: Int, isPlain: Boolean = false)(
      members: (String, Array[Byte])*
  ): Array[Byte] = {
    val bytes = new ByteArrayOutputStream()
    val out = new TarArchiveOutputStream(bytes, "UTF-8")
    out.setLongFileMode(longNames)
    out.setBigNumberMode(BIGNUMBER_POSIX)
    members.foreach { case (name, content) =>
      val entry = name match {
        case Link(from, to) =>
          val link = new TarArchiveEntry(from, TarConstants.LF_SYMLINK)
          link.setLinkName(to)
          link
        case PosixHeaders => new TarArchiveEntry(name, TarConstants.LF_PAX_EXTENDED_HEADER_LC)
        case plain => new TarArchiveEntry(plain)
      }
      entry.setSize(content.length.toLong)
      if (isPlain) entry.setModTime(0L) // a fraction of a second would need a header of its own
      out.putArchiveEntry(entry)
      out.write(content)
      out.closeArchiveEntry()
    }
    out.close()
    bytes.toByteArray
  }

  /** An archive whose member of a name becomes a sparse one, as GNU tar's own format has it: its content is the only block
    * of a larger file, and lies behind a hole.
    */
  def sparse(archive: Array[Byte], name: String, realSize: Long): Array[Byte] = {
    val at = archive.indexOfSlice(name.getBytes) // where its header begins
    val stored = java.lang.Long.parseLong(new String(archive, at + 124, 11), 8)
    def octal(number: Long) = f"$number%011o\u0000"
    val fields = Seq(
      156 -> "S",
      257 -> "ustar  \u0000",
      386 -> (octal(realSize - stored) + octal(stored)),
      483 -> octal(realSize),
      148 -> " " * 8
    )
    val patched = fields.foldLeft(archive) { case (bytes, (place, text)) =>
      bytes.patch(at + place, text.getBytes, text.length)
    }
    val sum = patched.slice(at, at + 512).map(_ & 0xff).sum
    patched.patch(at + 148, f"$sum%06o\u0000 ".getBytes, 8)
  }

  /** The members of a sparse file in the POSIX format 1.0: its headers, and its map before its only block. */
  def sparsePosix(name: String, block: Array[Byte], realSize: Long): Seq[(String, Array[Byte])] = {
    val headers = Seq("major" -> "1", "minor" -> "0", "name" -> name, "realsize" -> realSize.toString)
    val lines = headers.map { case (key, value) =>
      val rest = s" GNU.sparse.$key=$value\n"
      s"${rest.length + 2}$rest"
    }
    val map = s"1\n${realSize - block.length}\n${block.length}\n".getBytes.padTo(512, 0.toByte)
    Seq(PosixHeaders -> lines.mkString.getBytes, s"GNUSparseFile.0/$name" -> (map ++ block))
  }

  private val PosixHeaders = "PaxHeaders/x"

  private val Link = "(.+) -> (.+)".r

  /** Bytes that look like compressed data. */
  def noise(length: Int): Array[Byte] = {
    val bytes = new Array[Byte](length)
    new Random(1).nextBytes(bytes)
    bytes
  }

  def gzip(content: Array[Byte]): Array[Byte] = {
    val bytes = new ByteArrayOutputStream()
    val out = new GZIPOutputStream(bytes)
    out.write(content)
    out.close()
    bytes.toByteArray
  }
}
