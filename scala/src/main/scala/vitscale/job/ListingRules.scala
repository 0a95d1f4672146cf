package vitscale.job

/** Which files of a folder count as images.
  *
  * A file that was named, or that a pattern matches, always counts: these rules are for what lies below a folder.
  *
  * @param allFiles
  *   every file counts, whatever its name
  * @param modifiedBefore
  *   files changed later than that (milliseconds since 1970) wait for the next look: they may still be written
  * @param kind
  *   what the files are
  */
final case class ListingRules(
    allFiles: Boolean,
    modifiedBefore: Option[Long] = None,
    kind: InputKind = InputKind.Files
) {

  def isSettled(modified: Long): Boolean = modifiedBefore.forall(modified < _)

  def isHidden(name: String): Boolean = kind.isHidden(name)

  def isImage(name: String): Boolean = allFiles || kind.counts(name)
}

object ListingRules {

  /** Suffixes that the decoders know; what is inside a file is told by its bytes alone. */
  val suffixes: Set[String] = vitscale.bench.ImageFolder.extensions
}

/** What a listing met and left aside, so that nothing is left aside in silence. */
final case class Ignored(otherNames: Long, hidden: Long) {
  def +(other: Ignored): Ignored = Ignored(otherNames + other.otherNames, hidden + other.hidden)
}

object Ignored { val none: Ignored = Ignored(0, 0) }
