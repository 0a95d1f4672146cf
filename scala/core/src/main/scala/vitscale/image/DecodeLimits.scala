package vitscale.image

/** The limits of an image file, and the handling of truncated files.
  *
  * @param maxPixels
  *   largest number of pixels (width times height, from the header)
  * @param maxBytes
  *   largest size of the encoded file, in bytes
  * @param truncated
  *   handling of a file that ends before its last pixel
  */
final case class DecodeLimits(maxPixels: Long, maxBytes: Long, truncated: Truncated = Truncated.Error) {

  /** Return a copy with another limit of pixels, for Java. */
  def withMaxPixels(maxPixels: Long): DecodeLimits = copy(maxPixels = maxPixels)
}

/** The default limits. */
object DecodeLimits {

  /** About 179 million pixels and 2 GiB. Pillow (`Image.py`) warns above `MAX_IMAGE_PIXELS` = 1024 MiB / 4 / 3 pixels and
    * refuses above twice that; it has no limit on the file, so ours is what one array of the JVM holds.
    */
  val default: DecodeLimits = DecodeLimits(maxPixels = 2L * 89478485, maxBytes = Int.MaxValue.toLong)
}
