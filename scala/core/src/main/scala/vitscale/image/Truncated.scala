package vitscale.image

import vitscale.UsageException

/** The handling of an image file that ends before its last pixel. */
sealed trait Truncated {

  /** Name in options and messages. */
  def name: String
}

/** The two ways, and their names. */
object Truncated {

  /** Refuse the image, as Pillow does. */
  case object Error extends Truncated { val name = "error" }

  /** Decode the existing part and fill the missing part, as Pillow does with `ImageFile.LOAD_TRUNCATED_IMAGES`: gray in a
    * JPEG, black in a PNG.
    */
  case object Gray extends Truncated { val name = "gray" }

  /** Both, the default first. */
  val all: Seq[Truncated] = Seq(Error, Gray)

  /** The handling with a name.
    *
    * @param name
    *   `error` or `gray`
    * @throws UsageException
    *   for any other name
    */
  def named(name: String): Truncated =
    all.find(_.name == name).getOrElse {
      throw new UsageException(s"truncated is '$name'; expected ${all.map(_.name).mkString(" or ")}.")
    }
}
