package vitscale.job.input

import java.io.IOException

import scala.collection.mutable
import scala.util.control.NonFatal

import vitscale.job.output.{Counters, PathHashes}
import vitscale.job.records.{FileEntry, Ignored}

/** The content of a shard, from its headers.
  *
  * @param before
  *   images that have a row
  * @param problem
  *   why the shard is incomplete; none if it is not
  */
final private[job] case class TarSurvey(
    pieces: Seq[TarPiece],
    before: Counters.Counts,
    ignored: Ignored,
    problem: Option[String]
)

private[job] object TarSurvey {

  /** Factor of the size of a piece in a compressed shard, because a piece needs the decompression of all data before it. */
  private val Compressed = 16

  /** Reads the headers of a shard.
    *
    * @param pieceBytes
    *   content of a piece of a shard that is not compressed
    */
  def of(
      shard: FileEntry,
      rules: TarRules,
      reading: Reading,
      pieceBytes: Long = PieceSource.TaskBytes
  ): TarSurvey = {
    val file = StoredFile.named(shard.path, reading.configuration)
    val surveyor = new Surveyor(shard.path, rules, reading)
    val problem =
      try walk(file, surveyor, pieceBytes)
      catch {
        case NonFatal(error) => Some(s"the rest of the shard cannot be read: ${ParquetRows.reason(error)}")
      }
    surveyor.result(problem)
  }

  /** @return
    *   the problem at the end of the shard; none if it is complete
    */
  private def walk(file: StoredFile, surveyor: Surveyor, pieceBytes: Long): Option[String] = {
    val (length, isCompressed) = (file.length, TarMembers.isCompressed(file))
    val archive = TarMembers.open(file, 0)
    try {
      val most = if (isCompressed) Compressed * pieceBytes else pieceBytes
      var member = archive.next()
      while (member.isDefined) {
        surveyor.add(member.get, most)
        if (!isCompressed && member.get.end > length)
          throw new IOException(s"it ends at byte $length, inside the member ${member.get.name}")
        member = archive.next()
      }
      val rest = length - archive.position
      val isFollowed = if (isCompressed) archive.hasMore else rest > 0 && hasMore(file, archive.position)
      if (length == 0) Some("the file is empty: 0 bytes")
      else if (!isCompressed && rest > 0 && rest < TarMembers.Block) Some("the shard ends inside a header")
      else if (isFollowed) Some("data follow the end of the archive; only the members before it are read")
      else None
    } finally archive.close()
  }

  private def hasMore(file: StoredFile, from: Long): Boolean = {
    val stream = file.open(from)
    try TarMembers.hasData(stream)
    finally stream.close()
  }

  /** Takes members in their order. */
  private final class Surveyor(shard: String, rules: TarRules, reading: Reading) {

    private val pieces = Seq.newBuilder[TarPiece]
    private val names = new PathHashes
    private val repeats = mutable.Map.empty[String, Int]
    private var before = Counters.nothing
    private var ignored = Ignored.none
    private var piece = empty(0)
    private var bytes = 0L

    def add(member: TarMember, most: Long): Unit = {
      if (bytes >= most) finish(member.start)
      val place = piece.members
      piece = piece.copy(members = place + 1)
      if (rules.isImage(member)) {
        val name = unique(member.name)
        if (name != member.name) piece = piece.copy(renamed = piece.renamed + (place -> name))
        val counts = reading.done.counts(TarRules.key(shard, name))
        before += counts
        bytes += member.size
        if (counts.passedOver == 0) piece = piece.copy(waiting = piece.waiting + 1)
      } else ignored += rules.leftAside(member)
    }

    def result(problem: Option[String]): TarSurvey = {
      finish(0)
      TarSurvey(pieces.result(), before, ignored, problem)
    }

    private def finish(next: Long): Unit = {
      if (piece.waiting > 0) pieces += piece
      piece = empty(next)
      bytes = 0
    }

    private def empty(start: Long) = TarPiece(shard, start, 0, Map.empty, rules, 0)

    /** A name that the shard had before gets a number: `a.jpg#2` for the second. */
    private def unique(name: String): String = {
      var free = name
      if (names.contains(name)) {
        var number = repeats.getOrElse(name, 1) + 1
        while (names.contains(s"$name#$number")) number += 1
        repeats(name) = number
        free = s"$name#$number"
      }
      names.add(free)
      free
    }
  }
}
