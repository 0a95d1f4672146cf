package vitscale.job.input

import java.io.ByteArrayOutputStream
import java.util.zip.GZIPOutputStream

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

  private def written(longNames: Int)(members: (String, Array[Byte])*): Array[Byte] = {
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
        case plain => new TarArchiveEntry(plain)
      }
      entry.setSize(content.length.toLong)
      out.putArchiveEntry(entry)
      out.write(content)
      out.closeArchiveEntry()
    }
    out.close()
    bytes.toByteArray
  }

  private val Link = "(.+) -> (.+)".r

  def gzip(content: Array[Byte]): Array[Byte] = {
    val bytes = new ByteArrayOutputStream()
    val out = new GZIPOutputStream(bytes)
    out.write(content)
    out.close()
    bytes.toByteArray
  }
}
