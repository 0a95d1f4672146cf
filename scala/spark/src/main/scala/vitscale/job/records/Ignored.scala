package vitscale.job.records

import java.util.Locale

/** The files and folders that a listing left aside by rule. They are counted, so that the job can report them.
  *
  * @param otherNames
  *   files whose suffixes are no image's
  * @param hidden
  *   files and folders whose names start with `.`
  * @param markers
  *   files and folders of other programs: their name in the rules -> how many
  */
final case class Ignored(otherNames: Long, hidden: Long, markers: Map[String, Long] = Map.empty) {

  def +(other: Ignored): Ignored =
    Ignored(
      otherNames + other.otherNames,
      hidden + other.hidden,
      other.markers.foldLeft(markers) { case (sum, (name, count)) =>
        sum.updated(name, sum.getOrElse(name, 0L) + count)
      }
    )

  /** All of it in words, with the option that takes it; none if nothing was left aside. */
  def inWords: Option[String] = {
    val byOption = Seq(
      (otherNames, if (otherNames == 1) "file with another suffix" else "files with other suffixes"),
      (hidden, "hidden")
    ).collect { case (count, what) if count > 0 => s"${Ignored.number(count)} $what" }
    val others = markers.values.sum
    val names = markers.keys.toSeq.sorted.mkString(", ")
    val parts = Seq(
      if (byOption.isEmpty) None else Some(s"${byOption.mkString(" and ")} (--all-files takes them)"),
      if (others == 0) None else Some(s"${Ignored.number(others)} of other programs ($names)")
    ).flatten
    if (parts.isEmpty) None else Some(s"left aside: ${parts.mkString(", ")}")
  }
}

object Ignored {

  val none: Ignored = Ignored(0, 0)
  val oneHidden: Ignored = Ignored(0, 1)
  val oneOtherName: Ignored = Ignored(1, 0)

  def marker(name: String): Ignored = Ignored(0, 0, Map(name -> 1L))

  private def number(value: Long): String = "%,d".formatLocal(Locale.ROOT, value)
}
