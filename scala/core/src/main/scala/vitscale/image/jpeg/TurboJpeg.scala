package vitscale.image.jpeg

import com.sun.jna.{Library, Memory, Native, NativeLong, Pointer}

import vitscale.image.PixelRows

/** The TurboJPEG API of libjpeg-turbo, in the names of its `turbojpeg.h`. Versions 1.2 to 3 have these functions. */
private[jpeg] trait TurboJpegApi extends Library {

  /** A decoder, or null if it cannot be made. */
  def tjInitDecompress(): Pointer

  /** @return
    *   0, or -1 after an error, or after a warning with `TJFLAG_STOPONWARNING`
    */
  def tjDecompress2(
      handle: Pointer,
      jpeg: Array[Byte],
      size: NativeLong,
      pixels: Pointer,
      width: Int,
      pitch: Int,
      height: Int,
      format: Int,
      flags: Int
  ): Int

  /** Frees a decoder. */
  def tjDestroy(handle: Pointer): Int
}

/** Decodes ordinary JPEGs with the system's libjpeg-turbo, the library that Pillow has: it upsamples and converts colours with
  * vector instructions, which the JVM's decoder leaves to Java.
  *
  * It gives a file back at its first warning, so every rule about damaged files stays with the other decoders.
  */
final private[jpeg] class TurboJpeg(api: TurboJpegApi) {

  import TurboJpeg._

  private val pixels = ThreadLocal.withInitial[NativePixels](() => new NativePixels)

  /** @param file
    *   a JPEG in YCbCr without application segments, in which `JpegSegments` found nothing unusual
    * @return
    *   none if the library warns of anything
    */
  def decode(file: Array[Byte], frame: JpegFrame): Option[PixelRows] = {
    val handle = api.tjInitDecompress()
    if (handle == null) None
    else
      try pixels.get.fill(frame.width, frame.height)(decode(handle, file, frame, _))
      finally {
        api.tjDestroy(handle)
        ()
      }
  }

  private def decode(handle: Pointer, file: Array[Byte], frame: JpegFrame, pixels: Memory): Boolean = {
    val size = new NativeLong(file.length.toLong)
    val pitch = 0 // rows without padding
    api.tjDecompress2(handle, file, size, pixels, frame.width, pitch, frame.height, Bgrx, StopOnWarning) == 0
  }
}

private[jpeg] object TurboJpeg {

  /** Format `TJPF_BGRX`: on a little-endian processor an `Int` of a pixel is `0x..RRGGBB`. */
  private val Bgrx = 3

  /** Flag `TJFLAG_STOPONWARNING`. Without other flags the library decodes as Pillow does: accurate DCT, smooth upsampling. */
  private val StopOnWarning = 8192

  /** Largest image in pixels, so that the buffer of a thread has at most 32 MiB. */
  private val Largest = 8L << 20

  private val ChromaSamplings = Set((1, 1), (2, 1), (2, 2))

  /** Tell whether a frame is one that all versions of libjpeg-turbo decode alike: three components in Huffman coding, with chroma of
    * full size, half width, or half width and height.
    */
  def takes(frame: JpegFrame): Boolean =
    !frame.isArithmetic && frame.components.length == 3 && frame.width.toLong * frame.height <= Largest &&
      frame.components.tail.forall(_.blocks == 1) &&
      ChromaSamplings((frame.components.head.horizontal, frame.components.head.vertical)) &&
      frame.components.map(_.id) != "RGB".map(_.toInt)

  /** Load the library.
    *
    * @throws java.lang.UnsatisfiedLinkError
    *   if the system has none, or it cannot be loaded
    */
  def load(): TurboJpeg = {
    // JNA would leave its own library in the home folder, which a cluster's user may not have.
    if (System.getProperty("jna.tmpdir") == null)
      System.setProperty("jna.tmpdir", System.getProperty("java.io.tmpdir"))
    new TurboJpeg(Native.load("turbojpeg", classOf[TurboJpegApi]))
  }
}
