package vitscale.job.input

import java.io.IOException

import vitscale.job.records.{Ignored, ReadFailure, ReadImage, Stage}

/** Members of a tar shard that follow each other. The key of a member is `SHARD/MEMBER`.
  *
  * @param shard
  *   as [[FileEntry]] has it
  * @param start
  *   position of the first member's header in the decompressed shard
  * @param members
  *   number of members, those that are no images included
  * @param renamed
  *   names in the keys of members whose own names the shard had before, by their places from 0 on
  * @param waiting
  *   images among them that have no row
  */
final private[job] case class TarPiece(
    shard: String,
    start: Long,
    members: Int,
    renamed: Map[Int, String],
    rules: TarRules,
    waiting: Long
) extends Piece {

  override def keys(reading: Reading): Iterator[String] = walk(reading)((_, _, key) => key)

  override def images(reading: Reading): Iterator[ReadImage] = walk(reading) { (archive, member, key) =>
    member.problem match {
      case Some(problem) => ReadImage(key, None, Left(ReadFailure(Stage.List, problem)))
      case None => reading.image(key, member.size)(archive.content(member.size))
    }
  }

  private def walk[A](reading: Reading)(use: (TarMembers, TarMember, String) => A): Iterator[A] = {
    val archive = TarMembers.open(StoredFile.named(shard, reading.configuration), start)
    Piece.closing(archive)(Iterator.range(0, members).flatMap { place =>
      val member = archive.next().getOrElse(throw new IOException(s"$shard has changed since it was listed"))
      val key = TarRules.key(shard, renamed.getOrElse(place, member.name))
      if (rules.isImage(member) && !reading.done.contains(key)) Some(use(archive, member, key)) else None
    })
  }
}

/** Which members of a shard count as images: by the rules for files of a folder. */
final private[job] case class TarRules(files: ListingRules) {

  /** Why a member that is no image is set aside; a folder is no member of its own. */
  def leftAside(member: TarMember): Ignored =
    hidden(member).getOrElse(if (member.isFolder) Ignored.none else Ignored.oneOtherName)

  def isImage(member: TarMember): Boolean =
    !member.isFolder && hidden(member).isEmpty && files.isImage(member.name.split('/').last)

  private def hidden(member: TarMember): Option[Ignored] =
    member.name.split('/').iterator.filter(_ != ".").flatMap(files.leftAside).buffered.headOption
}

private[job] object TarRules {
  def key(shard: String, name: String): String = s"$shard/$name"
}
