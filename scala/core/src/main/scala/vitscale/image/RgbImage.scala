package vitscale.image

/** An 8-bit RGB image: interleaved (R, G, B, R, ...), row-major, without padding.
  *
  * @param data
  *   `width * height * 3` bytes, each an unsigned sample in 0..255; not copied, so leave it alone once handed over
  */
final case class RgbImage(width: Int, height: Int, data: Array[Byte]) {
  require(
    width > 0 && height > 0 && data.length == width * height * 3,
    s"${width}x$height RGB needs ${width.toLong * height * 3} bytes, got ${data.length}"
  )
}
