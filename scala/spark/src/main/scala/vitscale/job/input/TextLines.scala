package vitscale.job.input

import java.io.{BufferedInputStream, ByteArrayOutputStream}
import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.nio.charset.StandardCharsets.UTF_8

/** Reads lines of UTF-8 text as bytes, so that a line in another encoding is reported and not changed silently. */
private[job] object TextLines {

  /** Number of first bytes that determine the type of a stream. */
  val Window: Int = 1 << 16

  /** The first bytes of a stream that can go back. */
  def head(stream: BufferedInputStream): Array[Byte] = {
    stream.mark(Window)
    val bytes = stream.readNBytes(Window)
    stream.reset()
    bytes
  }

  /** Reads lines that end in LF or CR LF; or in NUL, as `find -print0` writes them, where the text has one. Blank lines are
    * left out.
    *
    * @param line
    *   gets the text of each line, or its bytes if they are not UTF-8
    */
  def read(stream: BufferedInputStream)(line: Either[Array[Byte], String] => Unit): Unit = {
    val end = if (head(stream).contains(0.toByte)) 0 else '\n'.toInt
    val bytes = new ByteArrayOutputStream()
    def finish(): Unit = {
      val whole = bytes.toByteArray
      val content = if (end != 0 && whole.lastOption.contains('\r'.toByte)) whole.dropRight(1) else whole
      bytes.reset()
      if (content.exists(byte => byte != ' ' && byte != '\t' && byte != '\n')) line(text(content))
    }
    var next = stream.read()
    while (next >= 0) {
      if (next == end) finish() else bytes.write(next)
      next = stream.read()
    }
    finish()
  }

  private def text(bytes: Array[Byte]): Either[Array[Byte], String] =
    try Right(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString)
    catch { case _: CharacterCodingException => Left(bytes) }
}
