package vitscale

import java.net.URI
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{InvalidPathException, Path, Paths}

/** `file:` URIs, by one rule wherever a user names a file or a folder: each percent escape is decoded once, as
  * `java.net.URI` does, and every other character stands for itself (a space, `#`, or a `%` without two digits after it).
  *
  * The escapes are bytes of the name. So a name that is not valid UTF-8 has a URI too, and Java can open it by that URI
  * alone.
  */
private[vitscale] object FileUri {

  private val Form = "(?s)file:(?://localhost(?=/))?(/.*)".r
  private val Unreserved = ('a' to 'z') ++ ('A' to 'Z') ++ ('0' to '9') ++ "-._~/"

  /** Return the local path that a text names if the text is a `file:` URI.
    *
    * @throws java.lang.IllegalArgumentException
    *   if the URI holds a zero byte
    */
  def path(text: String): Option[Path] = text match {
    case Form(rest) =>
      Some(Paths.get(URI.create("file:///" + encoded(rest.dropWhile(_ == '/'), keepEscapes = true))))
    case _ => None
  }

  /** Return the local path that the text of a listed file names: an absolute path or a `file:` URI. */
  def local(text: String): Option[Path] = if (text.startsWith("/")) Some(utf8Path(text)) else path(text)

  /** Return the text that names a local path: the path itself, or its URI where the name is not valid in the encoding of
    * this machine.
    */
  def text(path: Path): String = if (isText(path)) path.toString else path.toUri.toASCIIString

  /** Return whether the text of a path names it: its name is valid in the encoding of this machine. */
  def isText(path: Path): Boolean =
    try Paths.get(path.toString) == path
    catch { case _: InvalidPathException => false }

  /** Return the local path whose name has the UTF-8 bytes of a text, also in a JVM whose locale has another encoding. */
  private def utf8Path(text: String): Path =
    try Paths.get(text)
    catch {
      case _: InvalidPathException => Paths.get(URI.create("file://" + encoded(text, keepEscapes = false)))
    }

  /** Return the path whose name has these bytes, in whatever encoding; a relative one if it does not begin with a slash. */
  def ofBytes(name: Array[Byte]): Path = {
    val path = Paths.get(URI.create("file:///" + encoded(name.dropWhile(_ == '/'), keepEscapes = false)))
    if (name.headOption.contains('/'.toByte)) path else path.getRoot.relativize(path)
  }

  private def encoded(name: String, keepEscapes: Boolean): String =
    encoded(name.getBytes(UTF_8), keepEscapes)

  private def encoded(bytes: Array[Byte], keepEscapes: Boolean): String = {
    val text = new StringBuilder
    bytes.indices.foreach { i =>
      val isKept = Unreserved.contains(bytes(i).toChar) || (keepEscapes && isEscape(bytes, i))
      text.append(if (isKept) bytes(i).toChar.toString else f"%%${bytes(i) & 0xff}%02X")
    }
    text.toString
  }

  private def isEscape(bytes: Array[Byte], at: Int): Boolean =
    bytes(at) == '%' && at + 2 < bytes.length &&
      bytes.slice(at + 1, at + 3).forall(digit => Character.digit(digit.toChar, 16) >= 0)
}
