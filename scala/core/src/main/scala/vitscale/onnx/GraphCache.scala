package vitscale.onnx

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, StandardCopyOption}
import java.util.UUID

import scala.jdk.CollectionConverters._

import ai.onnxruntime.OrtSession.SessionOptions
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel
import ai.onnxruntime.{OrtEnvironment, OrtException, OrtSession}

import vitscale.NativePath

/** A cache of optimised graphs, with the weights in a separate file, so that later processes start faster and use less
  * memory.
  *
  * An entry holds the fusions (ONNX Runtime's "extended" level), which are valid for every CPU, except for the signs of int8
  * weights. The layouts of the next level are cheap and chosen at each start. The key of an entry is the state of a model
  * file, the version of ONNX Runtime and the way to add integers; a new entry replaces older ones of the same file. If the
  * cache cannot be read or written, the graph is optimised again.
  */
private[onnx] object GraphCache {

  private val GraphFile = "model.onnx"
  private val WeightsFile = "model.onnx.data"

  /** Open a session on the cached form of a graph; create the entry if it is missing.
    *
    * @param settings
    *   makes the settings of a session
    * @throws ai.onnxruntime.OrtException
    *   if the graph cannot be loaded
    */
  def open(
      environment: OrtEnvironment,
      graph: Path,
      cache: Option[Path],
      settings: () => SessionOptions
  ): OrtSession = {
    def session(file: Path): OrtSession = create(environment, file, settings())(OptLevel.ALL_OPT)
    val cached = cache.flatMap { folder =>
      val entry = entryOf(folder, graph, environment.getVersion)
      if (!Files.isDirectory(entry)) fill(entry, environment, graph, settings)
      if (Files.isDirectory(entry)) openEntry(entry)(session) else None
    }
    cached.getOrElse(session(graph))
  }

  private def openEntry(entry: Path)(session: Path => OrtSession): Option[OrtSession] =
    try Some(session(entry.resolve(GraphFile)))
    catch {
      case _: OrtException =>
        delete(entry)
        None
    }

  /** Write an entry to a temporary folder and rename it in one step; another process may create the entry first. */
  private def fill(
      entry: Path,
      environment: OrtEnvironment,
      graph: Path,
      settings: () => SessionOptions
  ): Unit = {
    val unfinished = entry.resolveSibling(s".${UUID.randomUUID()}")
    try {
      Files.createDirectories(unfinished)
      val options = settings()
      options.addConfigEntry("session.optimized_model_external_initializers_file_name", WeightsFile)
      options.addConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")
      NativePath.using(unfinished.resolve(GraphFile)) { target =>
        options.setOptimizedModelFilePath(target)
        create(environment, graph, options)(OptLevel.EXTENDED_OPT).close()
      }
      Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE)
      olderThan(entry).foreach(delete)
    } catch { case _: OrtException | _: IOException => () }
    finally delete(unfinished)
  }

  private def create(environment: OrtEnvironment, file: Path, options: SessionOptions)(
      level: OptLevel
  ): OrtSession =
    try {
      options.setOptimizationLevel(level)
      NativePath.using(file)(environment.createSession(_, options))
    } finally options.close()

  /** Return the folder of an entry: one folder per file, with one subfolder per state. */
  private def entryOf(cache: Path, graph: Path, version: String): Path = {
    val file = graph.toRealPath()
    val sums = Int8Saturation.mustBeAskedForHere
    val state = s"${Files.size(file)} ${Files.getLastModifiedTime(file)} $version $sums"
    cache.resolve(hashed(file.toString)).resolve(hashed(state))
  }

  private def hashed(text: String): String = UUID.nameUUIDFromBytes(text.getBytes(UTF_8)).toString

  private def olderThan(entry: Path): Seq[Path] =
    children(entry.getParent).filter(path => path != entry && !path.getFileName.toString.startsWith("."))

  private def delete(entry: Path): Unit =
    try
      if (Files.isDirectory(entry)) {
        children(entry).foreach(Files.deleteIfExists(_))
        Files.delete(entry)
      }
    catch { case _: IOException => () }

  private def children(folder: Path): Seq[Path] = {
    val files = Files.list(folder)
    try files.iterator().asScala.toIndexedSeq
    finally files.close()
  }
}
