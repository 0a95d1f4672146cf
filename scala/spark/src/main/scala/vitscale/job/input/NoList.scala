package vitscale.job.input

import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.nio.charset.StandardCharsets.UTF_8

/** Data that users give in the place of a list of paths, by their first bytes. */
private[job] object NoList {

  private val Utf16 = "UTF-16 text"
  private val Signatures = Seq(
    bytes(0xff, 0xfe) -> Utf16,
    bytes(0xfe, 0xff) -> Utf16,
    bytes(0x50, 0x4b, 0x03, 0x04) -> "a ZIP file or a spreadsheet",
    bytes(0x50, 0x41, 0x52, 0x31) -> "Parquet, which can be read from a file but not from a pipe"
  )
  private val Json = "(?s)\\s*(\\{\\s*\"|\\[\\s*[\"{]).*"
  private val Beginning = 1024

  /** Binary data have more than one control character in 64 bytes. Compressed data have about one in ten. */
  private val ControlShare = 64

  /** UTF-16 text has more than one NUL in 3 bytes. A list may have a NUL behind each path, which is longer. */
  private val NulShare = 3

  /** What the data are; none if they may be a list.
    *
    * @param head
    *   the first bytes, decompressed
    */
  def nameOf(head: Array[Byte]): Option[String] =
    Signatures
      .collectFirst { case (signature, what) if head.startsWith(signature) => what }
      .orElse(if (head.count(_ == 0) * NulShare > head.length) Some(Utf16) else None)
      .orElse(if (isBinary(head)) Some("binary data, such as an image or a compressed file") else None)
      .orElse(if (new String(head.take(Beginning), UTF_8).matches(Json)) Some("JSON") else None)

  /** A name may have any byte, so that one of them alone says nothing. */
  private def isBinary(head: Array[Byte]): Boolean =
    head.count(isControl) * ControlShare > head.length && !isUtf8(head)

  private def isControl(byte: Byte): Boolean = (byte > 0 && byte < '\t') || (byte > '\r' && byte < ' ')

  private def isUtf8(head: Array[Byte]): Boolean =
    try { UTF_8.newDecoder().decode(ByteBuffer.wrap(head)); true }
    catch { case _: CharacterCodingException => false }

  private def bytes(values: Int*): Array[Byte] = values.map(_.toByte).toArray
}
