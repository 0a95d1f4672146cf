package vitscale.image

/** What an image file may ask for before it is decoded, and what it may lack.
  *
  * @param maxPixels
  *   most pixels (width times height, from the header)
  * @param maxBytes
  *   most bytes of the encoded file
  * @param truncated
  *   what becomes of a file that ends before its pixels do
  */
final case class DecodeLimits(maxPixels: Long, maxBytes: Long, truncated: Truncated = Truncated.Error)

object DecodeLimits {

  /** Pillow warns above `MAX_IMAGE_PIXELS` = 1024 MiB / 4 / 3 pixels and refuses above twice that; it has no limit on
    * the file, so ours is what one array of the JVM holds.
    */
  val default: DecodeLimits = DecodeLimits(maxPixels = 2L * 89478485, maxBytes = Int.MaxValue.toLong)
}
