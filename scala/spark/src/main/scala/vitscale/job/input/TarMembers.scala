package vitscale.job.input

import java.io.{BufferedInputStream, IOException, InputStream}
import java.util.zip.GZIPInputStream

import scala.util.control.NonFatal

import org.apache.commons.compress.archivers.tar.{TarArchiveEntry, TarArchiveInputStream}

/** One member of a tar file.
  *
  * @param name
  *   as the archive has it, without a leading `./` or `/`
  * @param size
  *   bytes of its content
  * @param start
  *   position of its header in the decompressed archive
  * @param end
  *   position behind its content there
  * @param isFolder
  *   whether it is a folder
  * @param problem
  *   why it has no content that can be read
  */
final private[job] case class TarMember(
    name: String,
    size: Long,
    start: Long,
    end: Long,
    isFolder: Boolean,
    problem: Option[String]
)

/** The members of a tar file, in order. No file is extracted to the disk.
  *
  * @param stream
  *   the archive, decompressed, from a header on
  * @param start
  *   position of that header
  */
final private[job] class TarMembers private (stream: InputStream, start: Long) extends AutoCloseable {

  private val counted = new CountedStream(stream)
  private val archive = new TarArchiveInputStream(counted, TarMembers.Encoding)
  private var following = start

  /** Position of the header that follows the last member. */
  def position: Long = following

  /** The next member; none at the end.
    *
    * @throws java.io.IOException
    *   if the archive is damaged or ends too early
    */
  def next(): Option[TarMember] =
    try {
      val header = passed()
      Option(TarMembers.entryOf(archive)).map { entry =>
        if (!entry.isCheckSumOK) throw new IOException(s"no tar header at byte $header, or a damaged one")
        val end =
          place + (if (entry.isSparse) 0 else entry.getSize) // only its map says how much of it is stored
        following = TarMembers.block(end)
        TarMembers.member(entry, header, end)
      }
    } catch {
      case error: RuntimeException =>
        throw new IOException(s"damaged at byte $following: ${error.getMessage}", error)
    }

  /** Passes over the rest of the last member, and returns the position of the header behind it. The library's own count is
    * too high there after a sparse member, whose holes it counts.
    */
  private def passed(): Long = {
    if (place > start) {
      while (archive.skip(Long.MaxValue) > 0) ()
      following = TarMembers.block(place)
    }
    following
  }

  private def place: Long = start + counted.count

  /** The content of the last member, whose size the caller has checked.
    *
    * @return
    *   the bytes, or why they cannot be read
    */
  def content(size: Long): Either[String, Array[Byte]] =
    try {
      val bytes = archive.readNBytes(size.toInt)
      if (bytes.length == size) Right(bytes) else Left(TarMembers.Cut)
    } catch {
      case NonFatal(error) => Left(s"${TarMembers.Cut}: ${ParquetRows.reason(error)}")
    }

  /** Whether data follow the end of a compressed archive, as in one that was made with `cat a.tar b.tar`. The archive's last
    * block of 10 KiB is read already, so data in it are not seen.
    */
  def hasMore: Boolean = TarMembers.hasData(stream)

  override def close(): Unit = archive.close()
}

private[job] object TarMembers {

  val Block = 512

  /** The position of the first block at a position or behind it. */
  private def block(position: Long): Long = (position + Block - 1) / Block * Block

  private val Cut = "the shard ends inside this member, or is damaged there"

  /** Bytes to check behind the end of an archive. Writers usually pad with zeros to a multiple of 10 KiB. */
  private val Behind = 1 << 20
  private val Encoding = "UTF-8"

  /** Opens an archive at a header.
    *
    * @throws java.io.IOException
    *   if it cannot be read
    */
  def open(file: StoredFile, start: Long): TarMembers =
    if (isCompressed(file)) {
      val stream = new GZIPInputStream(new BufferedInputStream(file.open(0)), Buffer)
      stream.skipNBytes(start)
      new TarMembers(stream, start)
    } else new TarMembers(file.open(start), start)

  /** Whether gzip's magic number begins the file. */
  def isCompressed(file: StoredFile): Boolean = {
    val stream = file.open(0)
    try stream.readNBytes(2).sameElements(Array(0x1f.toByte, 0x8b.toByte))
    finally stream.close()
  }

  private val Buffer = 1 << 16

  /** Whether a stream has a byte other than zero. */
  def hasData(stream: InputStream): Boolean = stream.readNBytes(Behind).exists(_ != 0)

  /** The cast is for commons-compress below 1.24, whose method has the type of its superclass: Spark 3.5 brings 1.23, Spark
    * NLP 1.19.
    */
  private def entryOf(archive: TarArchiveInputStream): TarArchiveEntry =
    archive.getNextEntry.asInstanceOf[TarArchiveEntry]

  private def member(entry: TarArchiveEntry, header: Long, end: Long): TarMember = {
    val problem =
      if (entry.isSymbolicLink || entry.isLink)
        Some(s"a link to the member ${entry.getLinkName}; only members with content of their own are read")
      else if (entry.isSparse) Some("a sparse member; write the shard without --sparse")
      else if (entry.isFile || entry.isDirectory) None
      else Some("a pipe or a device, which holds no data")
    TarMember(relative(entry.getName), entry.getSize, header, end, entry.isDirectory, problem)
  }

  private def relative(name: String): String =
    if (name.startsWith("./")) relative(name.drop(2))
    else if (name.startsWith("/")) relative(name.drop(1))
    else name
}
