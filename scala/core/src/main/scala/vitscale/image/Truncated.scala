package vitscale.image

import vitscale.UsageException

/** What becomes of an image whose file ends before its pixels do. */
sealed trait Truncated {

  /** Name in options and messages. */
  def name: String
}

object Truncated {

  /** It is refused, as by Pillow. */
  case object Error extends Truncated { val name = "error" }

  /** What is there is decoded and the rest filled, as by Pillow with `ImageFile.LOAD_TRUNCATED_IMAGES`: gray in a JPEG,
    * black in a PNG.
    */
  case object Gray extends Truncated { val name = "gray" }

  val all: Seq[Truncated] = Seq(Error, Gray)

  /** @throws UsageException
    *   for any other name
    */
  def named(name: String): Truncated =
    all.find(_.name == name).getOrElse {
      throw new UsageException(s"truncated is '$name', expected ${all.map(_.name).mkString(" or ")}.")
    }
}
