package vitscale.job.output

import scala.util.Try

import vitscale.UsageException

/** The part of the input that a run classifies. The other images are counted, and get no row. */
sealed private[job] trait Choice extends Serializable {

  /** Whether an image belongs to it.
    *
    * @param path
    *   its path, as the tables have it
    */
  def takes(path: String): Boolean
}

private[job] object Choice {

  case object All extends Choice {
    override def takes(path: String): Boolean = true
  }

  /** The images whose paths are not behind a path in the order of UTF-16 code units, which is Java's order of strings and that
    * of the benchmark's `--limit`.
    *
    * @param last
    *   the last path
    */
  final case class UpTo(last: String) extends Choice {
    override def takes(path: String): Boolean = path <= last
  }
}

/** A share of the images, chosen by a hash of each path. So each run chooses the same images, and a larger share includes a
  * smaller one.
  *
  * @param text
  *   the user's text: `1%`
  */
final case class Sample private (text: String, share: Double) extends Choice {

  /** The first 53 bits of the path's hash, as many as a double holds, are a number below 1. */
  override def takes(path: String): Boolean = (PathHashes.hash(path)._1 >>> 11) * Sample.Unit < share
}

object Sample {

  private val Unit = 1.0 / (1L << 53)
  private val Percent = "(\\d{1,3}(?:\\.\\d+)?)%".r

  /** @throws vitscale.UsageException
    *   unless it is a percentage like `1%` above 0 and at most 100
    */
  def parse(text: String): Sample = text match {
    case Percent(value) if Try(value.toDouble).toOption.exists(percent => percent > 0 && percent <= 100) =>
      Sample(text, value.toDouble / 100)
    case _ =>
      throw new UsageException(s"--sample is $text; expected a percentage above 0 and up to 100, like 1%.")
  }
}
