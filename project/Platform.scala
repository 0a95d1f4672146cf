import scala.util.matching.Regex

/** An operating system and processor whose native libraries a jar holds.
  *
  * @param name
  *   as in `-Dplatform=`
  * @param javacpp
  *   as JavaCPP's artifacts and folders name it (oneDNN)
  * @param onnxruntime
  *   folder of ONNX Runtime's libraries
  * @param webp
  *   folder of libwebp
  * @param jna
  *   folder of JNA's library
  * @param rocksdb
  *   ending of RocksDB's library
  * @param sparkNlp
  *   pattern of SentencePiece's and Spark NLP's TensorFlow operators
  */
sealed abstract class Platform(
    val name: String,
    val javacpp: String,
    onnxruntime: String,
    webp: String,
    jna: String,
    rocksdb: String,
    sparkNlp: String
) {

  private lazy val libraries: Regex = Seq(
    s"org/bytedeco/[a-z]+/$javacpp/.*",
    s"ai/onnxruntime/native/$onnxruntime/.*",
    s"native/$webp/.*",
    s"com/sun/jna/$jna/.*",
    s"librocksdbjni-$rocksdb",
    sparkNlp
  ).mkString("|").r

  /** Tell whether a jar for this platform keeps a file. Debug symbols are never kept. */
  def keeps(path: String): Boolean =
    !Platform.isDebugSymbol(path) && (!Platform.isNative(path) || Platform.fits(libraries, path))
}

object Platform {
  case object LinuxX64
      extends Platform(
        name = "linux-x86_64",
        javacpp = "linux-x86_64",
        onnxruntime = "linux-x64",
        webp = "Linux/x86_64",
        jna = "linux-x86-64",
        rocksdb = "linux64\\.so",
        sparkNlp = "(sentencepiece|sp-process/linux|ner-dl/linux)/[^/]*(?<!_aarch64)\\.so"
      )
  case object LinuxArm64
      extends Platform(
        name = "linux-aarch64",
        javacpp = "linux-arm64",
        onnxruntime = "linux-aarch64",
        webp = "Linux/aarch64",
        jna = "linux-aarch64",
        rocksdb = "linux-aarch64\\.so",
        sparkNlp = "(sentencepiece|sp-process/linux)/[^/]*_aarch64\\.so"
      )
  case object MacArm64
      extends Platform(
        name = "macos-aarch64",
        javacpp = "macosx-arm64",
        onnxruntime = "osx-aarch64",
        webp = "Mac/aarch64",
        jna = "darwin-aarch64",
        rocksdb = "osx-arm64\\.jnilib",
        sparkNlp = "(sentencepiece|sp-process/mac)/[^/]*_m1\\.dylib"
      )
  case object WindowsX64
      extends Platform(
        name = "windows-x86_64",
        javacpp = "windows-x86_64",
        onnxruntime = "win-x64",
        webp = "Windows/x86_64",
        jna = "win32-x86-64",
        rocksdb = "win64\\.dll",
        sparkNlp = "sentencepiece/[^/]*\\.dll"
      )

  /** The libraries of all platforms; of oneDNN's, which are fetched for one, those of this machine. */
  case object All extends Platform("all", javacppOfThisMachine, ".*", ".*", ".*", ".*", ".*") {
    override def keeps(path: String): Boolean = !isDebugSymbol(path)
  }

  /** The platforms that ONNX Runtime has libraries for. Intel Macs are not among them. */
  private lazy val single: Seq[Platform] = Seq(LinuxX64, LinuxArm64, MacArm64, WindowsX64)

  /** Return what `-Dplatform=` names; without it this machine's platform, or all where ONNX Runtime has no library. */
  def chosen: Platform = sys.props.get("platform") match {
    case None => single.find(_.javacpp == javacppOfThisMachine).getOrElse(All)
    case Some(name) =>
      (single :+ All)
        .find(_.name == name)
        .getOrElse(
          sys.error(
            s"-Dplatform=$name is not a platform: use ${single.map(_.name).mkString(", ")} or all"
          )
        )
  }

  /** Return this machine as JavaCPP names it: `linux-x86_64`, `macosx-arm64`, `macosx-x86_64`, `windows-x86_64`. */
  def javacppOfThisMachine: String = {
    val system = sys.props("os.name").toLowerCase match {
      case name if name.startsWith("mac") => "macosx"
      case name if name.startsWith("windows") => "windows"
      case _ => "linux"
    }
    val processor = sys.props("os.arch") match {
      case "amd64" => "x86_64"
      case "aarch64" => "arm64"
      case other => other
    }
    s"$system-$processor"
  }

  private def isDebugSymbol(path: String): Boolean = path.endsWith(".pdb") || path.contains(".dSYM/")

  /** What no platform of its own names: libraries in any folder, and all that stands in the folders of libraries. */
  private val Native = "(ai/onnxruntime/native|native)/.*|.*\\.(so|dll|dylib|jnilib)|com/sun/jna/.*\\.a".r

  private def isNative(path: String): Boolean = fits(Native, path)

  private def fits(pattern: Regex, path: String): Boolean = pattern.pattern.matcher(path).matches
}
