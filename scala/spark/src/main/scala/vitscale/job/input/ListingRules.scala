package vitscale.job.input

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.ObjectMapper

import vitscale.job.records.Ignored

/** Which files of a folder count, and which names are left aside.
  *
  * A file that the user names, or that his pattern matches, always counts: these rules are for what lies below a folder.
  * The names themselves stand in `listing-rules.json`, which Python reads as well.
  *
  * @param allFiles
  *   include hidden files and all suffixes, but not markers
  * @param modifiedBefore
  *   time in milliseconds since 1970; files modified later wait for the next listing, because they may be incomplete
  * @param kind
  *   kind of the files
  */
final case class ListingRules(
    allFiles: Boolean,
    modifiedBefore: Option[Long] = None,
    kind: InputKind = InputKind.Files
) {

  def isSettled(modified: Long): Boolean = modifiedBefore.forall(modified < _)

  /** The reason why a file or folder of this name is passed over, unless the user names it; none if it is not. */
  def leftAside(name: String): Option[Ignored] =
    ListingRules
      .marker(name)
      .map(Ignored.marker)
      .orElse(if (isHidden(name)) Some(Ignored.oneHidden) else None)

  def isImage(name: String): Boolean = allFiles || kind.counts(name)

  private def isHidden(name: String): Boolean =
    (!allFiles && name.startsWith(ListingRules.hiddenPrefix)) || kind.isHidden(name)
}

object ListingRules {

  private val file = {
    val stream = getClass.getResourceAsStream("/vitscale/listing-rules.json")
    try new ObjectMapper().readTree(stream)
    finally stream.close()
  }

  private def texts(field: String): Seq[String] = file.get(field).elements.asScala.map(_.asText).toVector

  /** Suffixes of the formats that the decoders read. The content of a file alone says which format it has. */
  val suffixes: Set[String] = texts("suffixes").toSet

  private val hiddenPrefix = file.get("hidden_prefix").asText

  /** Names that data jobs and file systems write beside data. */
  private val (patterns, names) = texts("markers").partition(NamePattern.isPattern)
  private val exactMarkers = names.toSet
  private val markerPatterns = patterns.map(NamePattern.Glob(_))

  private def marker(name: String): Option[String] =
    if (exactMarkers(name)) Some(name) else markerPatterns.find(_.matches(name)).map(_.text)

  /** Return the message for a search that finds no file of a kind. */
  def noImage(places: Seq[String], ignored: Ignored, kind: InputKind = InputKind.Files): String = {
    val more = if (places.size > MostPlaces) s" and ${places.size - MostPlaces} other places" else ""
    s"${places.take(MostPlaces).mkString(", ")}$more holds no ${kind.what}: no file ends in " +
      s"${kind.suffixes.map(_.stripPrefix(".")).mkString(", ")}; ${ignored.inWords.getOrElse("no other file lies there")}."
  }

  private val MostPlaces = 3
}
