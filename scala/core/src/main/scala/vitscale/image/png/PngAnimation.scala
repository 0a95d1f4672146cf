package vitscale.image.png

import java.nio.ByteBuffer

import vitscale.ImageException

/** The animation chunks of an APNG (acTL, fcTL and fdAT), as far as they decide which image Pillow shows, or refuses. */
final private[png] class PngAnimation {

  /** Frames that an animation announces; None for a still image. */
  private var frames: Option[Long] = None

  /** Whether the image data come after a frame's control chunk, and so are the animation's first frame. */
  private var isFirstFrame = false

  /** Whether the last frame's control chunk describes the whole image. */
  var isWholeFrame = true

  private var sequence: Option[Long] = None

  /** Whether there are several frames. */
  def isAnimated: Boolean = frames.exists(_ + (if (isFirstFrame) 0 else 1) > 1)

  /** Takes in an acTL chunk of full length. */
  def announce(content: Array[Byte]): Unit =
    if (frames.isDefined) frames = None
    else {
      val count = u32(content, 0)
      if (count > 0 && count <= 0x80000000L) frames = Some(count)
    }

  /** Takes in an fcTL chunk of full length.
    *
    * @throws ImageException
    *   if the frame is out of sequence or does not fit the image
    */
  def control(content: Array[Byte], header: Option[PngHeader]): Unit = {
    nextInSequence(content, sequence.fold(0L)(_ + 1))
    val (width, height) = (u32(content, 4), u32(content, 8))
    val fits = header.exists { image =>
      u32(content, 12) + width <= image.width && u32(content, 16) + height <= image.height
    }
    if (!fits) throw new ImageException("damaged: a frame of its animation does not fit the image")
    isFirstFrame = true
    isWholeFrame = header.exists(image => width == image.width && height == image.height)
  }

  /** Takes in an fdAT chunk that has its sequence number.
    *
    * @throws ImageException
    *   if the frame is out of sequence
    */
  def data(content: Array[Byte]): Unit = nextInSequence(content, sequence.fold(-1L)(_ + 1))

  private def nextInSequence(content: Array[Byte], expected: Long): Unit = {
    if (u32(content, 0) != expected)
      throw new ImageException("damaged: the frames of its animation are out of sequence")
    sequence = Some(expected)
  }

  private def u32(content: Array[Byte], at: Int): Long = ByteBuffer.wrap(content).getInt(at) & 0xffffffffL
}
