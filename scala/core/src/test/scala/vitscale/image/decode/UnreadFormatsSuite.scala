package vitscale.image.decode

import org.scalatest.funsuite.AnyFunSuite

import vitscale.ImageException

/** A file of a known format that is not decoded is refused by the format's name. */
class UnreadFormatsSuite extends AnyFunSuite {

  private def box(brand: String, compatible: String*): String =
    s"\u0000\u0000\u0000${(16 + 4 * compatible.length).toChar}ftyp${brand}\u0000\u0000\u0000\u0000${compatible.mkString}"

  private val files = Seq(
    "AVIF" -> box("avif", "mif1", "miaf"),
    "AVIF" -> box("mif1", "avif"),
    "HEIC" -> box("heic", "mif1"),
    "HEIC" -> box("mif1", "heic"),
    "HEIF" -> box("mif1"),
    "CR3" -> box("crx ", "isom"),
    "video" -> box("isom", "mp42"),
    "JPEG 2000" -> "\u0000\u0000\u0000\fjP  \r\n\u0087\n",
    "J2K" -> "\u00ffO\u00ffQ\u0000",
    "JPEG XL" -> "\u00ff\n\u0000",
    "ICO" -> "\u0000\u0000\u0001\u0000\u0001\u0000",
    "CUR" -> "\u0000\u0000\u0002\u0000\u0001\u0000",
    "PSD" -> "8BPS\u0000\u0001",
    "QOI" -> "qoif",
    "DDS" -> "DDS |",
    "PCX" -> ("\n\u0005\u0001\b" + "\u0000" * 130),
    "TGA" -> ("\u0000\u0000\u0002" + "\u0000" * 9 + "\u0005\u0000\u0004\u0000\u0018\u0000" + "x" * 60),
    "SVG" -> "<?xml version='1.0'?>\n<svg xmlns='x'/>",
    "HTML" -> "\n<!DOCTYPE html><html>404</html>",
    "XML" -> "<?xml version='1.0'?><a/>",
    "PDF" -> "%PDF-1.7",
    "PostScript" -> "%!PS-Adobe",
    "zip" -> "PK\u0003\u0004x",
    "RAF" -> "FUJIFILMCCD-RAW 0201",
    "Git LFS" -> "version https://git-lfs.github.com/spec/v1\n",
    "PAM" -> "P7\nWIDTH 1"
  )

  files.foreach { case (name, content) =>
    test(s"$name (${content.filter(c => c > ' ' && c < 127).take(16)}) is refused by its name") {
      val file = content.getBytes("ISO-8859-1")
      val reason = intercept[ImageException](ImageDecoder.decode(file)).getMessage
      assert(reason.contains(name) && reason.contains("is not read, expected one of JPEG, PNG"), reason)
    }
  }
}
