package vitscale.runtime

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths, StandardCopyOption}
import java.util.UUID

import scala.collection.JavaConverters._
import scala.util.control.NonFatal

import ai.onnxruntime.OrtSession.SessionOptions
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel
import ai.onnxruntime.{OrtEnvironment, OrtException, OrtSession}

/** Optimises a graph once and keeps the result, weights in a file of their own that later processes map into memory.
  *
  * An optimised graph holds for one model file, one version of ONNX Runtime and one kind of processor: all three are in
  * its folder's name. The cache only ever saves time: where it cannot be written or read, the graph is optimised anew.
  */
private[runtime] object GraphCache {

  private val GraphFile = "model.onnx"
  private val WeightsFile = "model.onnx.data"

  /** Opens a session on the cached graph, or on the graph itself, whose optimised form is cached then.
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
    val cached = cache.map(entry(_, graph, environment.getVersion))
    cached
      .flatMap(openCached(environment, _, settings))
      .orElse(cached.flatMap(openAndKeep(environment, graph, _, settings)))
      .getOrElse(session(environment, graph, settings())(_.setOptimizationLevel(OptLevel.ALL_OPT)))
  }

  private def openCached(
      environment: OrtEnvironment,
      entry: Path,
      settings: () => SessionOptions
  ): Option[OrtSession] =
    if (!Files.isRegularFile(entry.resolve(GraphFile))) None
    else
      try
        Some(
          session(environment, entry.resolve(GraphFile), settings())(_.setOptimizationLevel(OptLevel.NO_OPT))
        )
      catch {
        case _: OrtException =>
          delete(entry)
          None
      }

  private def openAndKeep(
      environment: OrtEnvironment,
      graph: Path,
      entry: Path,
      settings: () => SessionOptions
  ): Option[OrtSession] = {
    val unfinished = entry.resolveSibling(s".${UUID.randomUUID()}")
    try {
      Files.createDirectories(unfinished)
      val opened = session(environment, graph, settings()) { options =>
        options.setOptimizationLevel(OptLevel.ALL_OPT)
        options.setOptimizedModelFilePath(unfinished.resolve(GraphFile).toString)
        options.addConfigEntry("session.optimized_model_external_initializers_file_name", WeightsFile)
        options.addConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")
      }
      publish(unfinished, entry)
      Some(opened)
    } catch {
      case _: OrtException | _: IOException => None
    } finally delete(unfinished)
  }

  /** Another process may have been faster; then its entry stays. */
  private def publish(unfinished: Path, entry: Path): Unit =
    try {
      Files.move(unfinished, entry, StandardCopyOption.ATOMIC_MOVE)
      ()
    } catch { case _: IOException => () }

  private def session(environment: OrtEnvironment, graph: Path, options: SessionOptions)(
      set: SessionOptions => Unit
  ): OrtSession =
    try {
      set(options)
      environment.createSession(graph.toString, options)
    } finally options.close()

  private def entry(cache: Path, graph: Path, version: String): Path = {
    val file = graph.toRealPath()
    val stamp = s"$file ${Files.size(file)} ${Files.getLastModifiedTime(file)} $version $processor"
    cache.resolve(UUID.nameUUIDFromBytes(stamp.getBytes(UTF_8)).toString)
  }

  /** What the layout of an optimised graph can depend on. */
  private lazy val processor: String = {
    val features =
      try
        Files.readAllLines(Paths.get("/proc/cpuinfo")).asScala.find(_.matches("(?i)(flags|features)\\s*:.*"))
      catch { case NonFatal(_) => None }
    s"${sys.props("os.name")} ${sys.props("os.arch")} ${features.getOrElse("")}"
  }

  private def delete(folder: Path): Unit =
    try
      if (Files.isDirectory(folder)) {
        val files = Files.list(folder)
        try files.iterator().asScala.foreach(Files.deleteIfExists(_))
        finally files.close()
        Files.delete(folder)
      }
    catch { case _: IOException => () }
}
