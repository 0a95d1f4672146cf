package vitscale.python

import java.io.{DataInputStream, IOException}
import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8

/** What Python's `vitscale.DynamicBatcher` sends: numbers in big-endian order, then the image.
  *
  * A request is its kind (1 byte) and its id (8 bytes). In a classification, these follow: `topK` (4, the smallest integer for the default), the
  * threshold (4, a float, NaN for none), the form of the image (1), width and height of pixels (4 each), and the image
  * (length in 4 bytes, content). A result is the id (8 bytes) and JSON (length in 4 bytes, UTF-8).
  */
private[python] object BatcherFrames {

  sealed trait Frame

  final case class Classify(
      id: Long,
      topK: Option[Int],
      threshold: Option[Float],
      image: PythonImages.Sent
  ) extends Frame

  final case class Cancel(id: Long) extends Frame

  /** Asks for an empty result, which tells that the requests before it are in the queue. */
  final case class Flush(id: Long) extends Frame

  private val ClassifyKind = 1
  private val CancelKind = 2
  private val FlushKind = 3
  private val File = 0
  private val Path = 1
  private val Pixels = 2

  /** @throws java.io.IOException
    *   at the end of the connection, or if this is no frame
    */
  def read(in: DataInputStream): Frame = {
    val (kind, id) = (in.readUnsignedByte(), in.readLong())
    kind match {
      case CancelKind => Cancel(id)
      case FlushKind => Flush(id)
      case ClassifyKind =>
        val topK = Some(in.readInt()).filter(_ != Int.MinValue)
        val threshold = Some(in.readFloat()).filterNot(_.isNaN)
        Classify(id, topK, threshold, image(in))
      case other => throw new IOException(s"a frame of kind $other")
    }
  }

  def result(id: Long, json: Array[Byte]): Array[Byte] =
    ByteBuffer
      .allocate(java.lang.Long.BYTES + java.lang.Integer.BYTES + json.length)
      .putLong(id)
      .putInt(json.length)
      .put(json)
      .array

  private def image(in: DataInputStream): PythonImages.Sent = {
    val (form, width, height, length) = (in.readUnsignedByte(), in.readInt(), in.readInt(), in.readInt())
    if (length < 0) throw new IOException(s"an image of $length bytes")
    val content = new Array[Byte](length)
    in.readFully(content)
    form match {
      case File => PythonImages.Sent(content, None)
      case Path => PythonImages.Sent(new String(content, UTF_8), None)
      case Pixels => PythonImages.Sent(content, Some((width, height)))
      case other => throw new IOException(s"an image of form $other")
    }
  }
}
