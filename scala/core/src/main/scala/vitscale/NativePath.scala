package vitscale

import java.nio.file.{Files, Path}

/** Files whose names other programs cannot take as they are: native code behind JNI, and Spark NLP, which reads a path as
  * a URI. Both get a name of plain letters, a link in the folder of temporary files.
  */
private[vitscale] object NativePath {

  /** Call native code with the path of a file.
    *
    * JNI hands strings over in modified UTF-8 (`GetStringUTFChars`), in which characters beyond U+FFFF have other bytes than
    * in the name of a file.
    */
  def using[A](file: Path)(action: String => A): A =
    if (!file.toString.exists(Character.isSurrogate(_)) && FileUri.text(file) == file.toString)
      action(file.toString)
    else linked(file.toAbsolutePath.getParent)(folder => action(folder.resolve(file.getFileName).toString))

  /** Call an action with the path of a folder, made of letters, digits and `-._/` alone. */
  def plain[A](folder: Path)(action: Path => A): A =
    if (folder.toString.forall(one => one < '\u0080' && (one.isLetterOrDigit || "-._/".contains(one))))
      action(folder)
    else linked(folder.toAbsolutePath)(action)

  private def linked[A](folder: Path)(action: Path => A): A = {
    val place = Files.createTempDirectory("vitscale-link-")
    val link = place.resolve("folder")
    try action(Files.createSymbolicLink(link, folder))
    finally {
      Files.deleteIfExists(link)
      Files.delete(place)
    }
  }
}
