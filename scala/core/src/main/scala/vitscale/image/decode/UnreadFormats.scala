package vitscale.image.decode

import java.nio.charset.StandardCharsets.ISO_8859_1

/** Formats that are recognised by their first bytes but not decoded, so that an error message can name them.
  *
  * The signatures are those of the formats' specifications, as collected in the `file` command's magic database and in
  * the plug-ins of Pillow.
  */
private[decode] object UnreadFormats {

  /** @return
    *   the format's name, if it is a known one
    */
  def nameOf(file: Array[Byte]): Option[String] =
    isoMedia(file).orElse(signatures.collectFirst { case (name, matches) if matches(file) => name })

  private def at(place: Int, text: String): Array[Byte] => Boolean = {
    val bytes = text.getBytes(ISO_8859_1)
    file => file.startsWith(bytes, place)
  }

  private def starts(texts: String*): Array[Byte] => Boolean =
    file => texts.exists(at(0, _)(file))

  private def text(file: Array[Byte], from: Int, until: Int): String =
    new String(file.slice(from, until), ISO_8859_1)

  /** Brands of ISO base media files (ISO/IEC 14496-12, 23008-12): the box `ftyp` and what follows it. */
  private val Brands: Seq[(String, Set[String])] = Seq(
    "AVIF" -> Set("avif", "avis"),
    "HEIC (HEIF)" -> Set("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"),
    "HEIF" -> Set("mif1", "msf1", "mif2"),
    "Canon raw (CR3)" -> Set("crx "),
    "a video (MP4 or QuickTime)" -> Set(
      "isom",
      "iso2",
      "iso4",
      "iso5",
      "iso6",
      "mp41",
      "mp42",
      "qt  ",
      "M4V "
    )
  )

  private def isoMedia(file: Array[Byte]): Option[String] =
    if (!at(4, "ftyp")(file)) None
    else {
      // The major brand, a version, then the compatible brands up to the box's end.
      val end = math.min(file.length, math.min(256, text(file, 0, 4).foldLeft(0)((sum, c) => sum << 8 | c)))
      val brands = text(file, 8, 12) +: (16 until math.max(16, end) by 4).map(i => text(file, i, i + 4))
      val byMajor = Brands.collectFirst { case (name, all) if all(brands.head) && name != "HEIF" => name }
      byMajor
        .orElse(Brands.collectFirst { case (name, all) if brands.exists(all) => name })
        .orElse(Some(s"an ISO media file of brand ${brands.head.filter(c => c > ' ' && c < 127)}"))
    }

  private val signatures: Seq[(String, Array[Byte] => Boolean)] = Seq(
    "JPEG 2000 (JP2)" -> starts("\u0000\u0000\u0000\fjP  \r\n\u0087\n"),
    "JPEG 2000 (J2K codestream)" -> starts("\u00ffO\u00ffQ"),
    "JPEG XL" -> starts("\u00ff\n", "\u0000\u0000\u0000\fJXL \r\n\u0087\n"),
    "JPEG XR" -> starts("II\u00bc"),
    "JPEG-LS" -> starts("\u00ff\u00d8\u00ff\u00f7"),
    "ICO" -> (file => at(0, "\u0000\u0000\u0001\u0000")(file) && hasEntries(file)),
    "CUR" -> (file => at(0, "\u0000\u0000\u0002\u0000")(file) && hasEntries(file)),
    "ICNS" -> starts("icns"),
    "Photoshop (PSD)" -> starts("8BPS"),
    "DDS" -> starts("DDS "),
    "QOI" -> starts("qoif"),
    "OpenEXR" -> starts("v/1\u0001"),
    "Radiance HDR" -> starts("#?RADIANCE", "#?RGBE"),
    "FLIF" -> starts("FLIF"),
    "BPG" -> starts("BPG\u00fb"),
    "DjVu" -> starts("AT&TFORM"),
    "SGI" -> starts("\u0001\u00da"),
    "Sun raster" -> starts("Y\u00a6j\u0095"),
    "DCX" -> starts("\u00b1h\u00de:"),
    "a Microsoft Office or FlashPix document" -> starts("\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1"),
    "farbfeld" -> starts("farbfeld"),
    "XPM" -> starts("/* XPM */"),
    "XBM" -> (file => at(0, "#define ")(file) && text(file, 0, 200).contains("_width")),
    "XCF" -> starts("gimp xcf"),
    "Blizzard texture (BLP)" -> starts("BLP1", "BLP2"),
    "FITS" -> starts("SIMPLE  ="),
    "DICOM" -> at(128, "DICM"),
    "MNG or JNG" -> starts("\u008aMNG\r\n\u001a\n", "\u008bJNG\r\n\u001a\n"),
    "Netpbm's PAM" -> starts("P7\n", "P7 "),
    "PFM" -> starts("PF\n", "Pf\n", "PF ", "Pf "),
    "Windows metafile (WMF or EMF)" -> (file =>
      starts("\u00d7\u00cd\u00c6\u009a\u0000\u0000")(file) || at(40, " EMF")(file)
    ),
    "FLI or FLC" -> (file => file.length > 5 && file(5) == 0xaf.toByte && Set(0x11, 0x12)(file(4).toInt)),
    "camera raw (RAF)" -> starts("FUJIFILMCCD-RAW"),
    "camera raw (RW2)" -> starts("IIU\u0000"),
    "camera raw (ORF)" -> starts("IIRO", "IIRS", "MMOR"),
    "camera raw (X3F)" -> starts("FOVb"),
    "PDF" -> starts("%PDF-"),
    "PostScript (EPS)" -> starts("%!PS", "\u00c5\u00d0\u00d3\u00c6"),
    "a RIFF file that is no WebP" -> (file => at(0, "RIFF")(file)),
    "a zip archive" -> starts("PK\u0003\u0004", "PK\u0005\u0006"),
    "a gzip archive" -> starts("\u001f\u008b"),
    "a bzip2 archive" -> starts("BZh"),
    "an xz archive" -> starts("\u00fd7zXZ\u0000"),
    "a Zstandard archive" -> starts("(\u00b5/\u00fd"),
    "a RAR archive" -> starts("Rar!\u001a\u0007"),
    "a 7z archive" -> starts("7z\u00bc\u00af\u0027\u001c"),
    "a tar archive" -> at(257, "ustar"),
    "a Parquet file" -> starts("PAR1"),
    "a NumPy array" -> starts("\u0093NUMPY"),
    "an HDF5 file" -> starts("\u0089HDF\r\n\u001a\n"),
    "a pickle" -> (file => file.length > 2 && file(0) == 0x80.toByte && file(1) >= 2 && file(1) <= 5),
    "a Matroska or WebM video" -> starts("\u001aE\u00df\u00a3"),
    "a Git LFS pointer instead of the file" -> starts("version https://git-lfs.github.com/spec/"),
    "SVG" -> (file => isMarkup(file) && text(file, 0, 1024).toLowerCase.contains("<svg")),
    "HTML" -> (file =>
      isMarkup(file) && Seq("<html", "<!doctype html", "<head", "<body").exists(
        text(file, 0, 1024).toLowerCase.contains
      )
    ),
    "XML" -> (file => isMarkup(file) && trimmed(file).startsWith("<?xml")),
    "JSON" -> (file => Seq("{\"", "[{\"", "{\n", "{ ").exists(trimmed(file).startsWith)),
    "PCX" -> (file =>
      file.length > 128 && file(0) == 10 && Set(0, 2, 3, 5)(file(1).toInt) && file(2) == 1 && Set(1, 2, 4, 8)(
        file(3).toInt
      )
    ),
    "TGA" -> isTarga
  )

  /** Icons count their pictures behind the signature, where a TGA file that begins alike has zeros. */
  private def hasEntries(file: Array[Byte]): Boolean = file.length > 5 && (file(4) != 0 || file(5) != 0)

  private def trimmed(file: Array[Byte]): String = text(file, 0, 1024).dropWhile(c => c <= ' ' || c >= 0xbb)

  private def isMarkup(file: Array[Byte]): Boolean = trimmed(file).startsWith("<")

  /** A TGA file has no signature: its header must be a possible one, or the file end with the mark of version 2. */
  private def isTarga(file: Array[Byte]): Boolean =
    file.length > 18 && (at(file.length - 18, "TRUEVISION-XFILE.\u0000")(file) || {
      val (map, kind, depth) = (file(1).toInt, file(2).toInt, file(16).toInt)
      def u16(place: Int): Int = (file(place) & 0xff) | (file(place + 1) & 0xff) << 8
      Set(0, 1)(map) && Set(1, 2, 3, 9, 10, 11)(kind) && Set(8, 15, 16, 24, 32)(depth) && u16(12) > 0 && u16(
        14
      ) > 0 &&
      (map == 1) == (kind == 1 || kind == 9) && (file(17) & 0xc0) == 0
    })
}
