import scala.util.matching.Regex

/** An operating system and processor whose native libraries a jar holds.
  *
  * @param name
  *   as in `-Dplatform=`
  * @param javacpp
  *   as JavaCPP's artifacts name it
  * @param libraries
  *   paths inside the jar of ONNX Runtime, oneDNN, libwebp, RocksDB, SentencePiece and Spark NLP's TensorFlow operators
  */
sealed abstract class Platform(val name: String, val javacpp: String, libraries: Regex) {

  /** Tell whether a jar for this platform keeps a file. Debug symbols are never kept. */
  def keeps(path: String): Boolean =
    !Platform.isDebugSymbol(path) && (!Platform.isNative(path) || Platform.fits(libraries, path))
}

object Platform {
  case object LinuxX64
      extends Platform(
        "linux-x86_64",
        "linux-x86_64",
        ("org/bytedeco/[a-z]+/linux-x86_64/.*|ai/onnxruntime/native/linux-x64/.*|native/Linux/x86_64/.*|librocksdbjni-linux64\\.so|" +
          "(sentencepiece|sp-process/linux|ner-dl/linux)/[^/]*(?<!_aarch64)\\.so").r
      )
  case object LinuxArm64
      extends Platform(
        "linux-aarch64",
        "linux-arm64",
        ("org/bytedeco/[a-z]+/linux-arm64/.*|ai/onnxruntime/native/linux-aarch64/.*|native/Linux/aarch64/.*|librocksdbjni-linux-aarch64\\.so|" +
          "(sentencepiece|sp-process/linux)/[^/]*_aarch64\\.so").r
      )
  case object MacArm64
      extends Platform(
        "macos-aarch64",
        "macosx-arm64",
        ("org/bytedeco/[a-z]+/macosx-arm64/.*|ai/onnxruntime/native/osx-aarch64/.*|native/Mac/aarch64/.*|librocksdbjni-osx-arm64\\.jnilib|" +
          "(sentencepiece|sp-process/mac)/[^/]*_m1\\.dylib").r
      )
  case object WindowsX64
      extends Platform(
        "windows-x86_64",
        "windows-x86_64",
        ("org/bytedeco/[a-z]+/windows-x86_64/.*|ai/onnxruntime/native/win-x64/.*|native/Windows/x86_64/.*|librocksdbjni-win64\\.dll|" +
          "sentencepiece/[^/]*\\.dll").r
      )
  case object All extends Platform("all", "", ".*".r)

  /** The platforms that ONNX Runtime has libraries for. Intel Macs are not among them. */
  private val single: Seq[Platform] = Seq(LinuxX64, LinuxArm64, MacArm64, WindowsX64)

  /** Return what `-Dplatform=` names; without it this machine's platform, or all where ONNX Runtime has no library. */
  def chosen: Platform = sys.props.get("platform") match {
    case None => single.find(_.name == thisMachine).getOrElse(All)
    case Some(name) =>
      (single :+ All)
        .find(_.name == name)
        .getOrElse(
          sys.error(
            s"-Dplatform=$name is not a platform: use ${single.map(_.name).mkString(", ")} or all"
          )
        )
  }

  private def thisMachine: String = {
    val system = sys.props("os.name").toLowerCase match {
      case name if name.startsWith("mac") => "macos"
      case name if name.startsWith("windows") => "windows"
      case _ => "linux"
    }
    val processor = if (sys.props("os.arch") == "amd64") "x86_64" else sys.props("os.arch")
    s"$system-$processor"
  }

  private def isDebugSymbol(path: String): Boolean = path.endsWith(".pdb") || path.contains(".dSYM/")

  /** What no platform of its own names: libraries in any folder, and all that stands in the folders of libraries. */
  private val Native = "(ai/onnxruntime/native|native)/.*|.*\\.(so|dll|dylib|jnilib)".r

  private def isNative(path: String): Boolean = fits(Native, path)

  private def fits(pattern: Regex, path: String): Boolean = pattern.pattern.matcher(path).matches
}
