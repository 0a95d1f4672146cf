package vitscale.ml

import java.io.IOException
import java.nio.file.{Files, Path, Paths}
import java.util.concurrent.ConcurrentHashMap

import org.apache.commons.io.FileUtils
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, FileUtil, Path => HadoopPath}
import org.apache.spark.SparkEnv

import vitscale.classify.RuntimeChoice
import vitscale.device.Device
import vitscale.hadoop.RemoteFiles
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.{FileUri, ModelException, UsageException}

/** The place of a model, for the driver and for every executor.
  *
  * @param path
  *   a local path, or a URI of a Hadoop file system
  * @param runtime
  *   what computes the forward pass, one of `RuntimeChoice.names`
  * @param version
  *   of a model that is not local, see `current`; without it the copy that this JVM used last is taken
  */
final private[vitscale] case class ModelLocation(
    path: String,
    precision: String,
    runtime: String = RuntimeChoice.Auto,
    version: Option[RemoteVersion] = None
) {

  /** The same with the version that is there now, for the driver: each JVM copies a model again that was uploaded again to its
    * path. A local model needs none, since its files are looked at when they are opened.
    *
    * @throws vitscale.ModelException
    *   if it cannot be reached
    */
  def current: ModelLocation = copy(version = remote.flatMap { source =>
    readable(RemoteVersion.of(RemoteFiles.system(source, ModelLocation.configuration), source))
  })

  /** Opens the model; one that is not local is copied here first, once for each JVM and version.
    *
    * @throws vitscale.ModelException
    *   if it cannot be reached, or is no whole model
    */
  def open(device: Device = Device.Cpu): ModelFolder = choose(device).folder

  /** The same with the reason for its runtime. */
  def choose(device: Device): RuntimeChoice = place match {
    case Right(folder) => RuntimeChoice.open(folder, precision, runtime, device)
    case Left(remote) => openCopy(copyOf(remote), device)
  }

  private def copyOf(remote: HadoopPath): Path = {
    val folder = ModelLocation.copies.computeIfAbsent(this, _ => download(remote))
    ModelLocation.copies.put(copy(version = None), folder)
    folder
  }

  private def openCopy(copy: Path, device: Device): RuntimeChoice =
    try RuntimeChoice.open(copy, precision, runtime, device)
    catch {
      case error: ModelException =>
        val remedied = error.getMessage.replace(s"-o $copy", s"-o DIR, then copy DIR to $path")
        throw new ModelException(remedied.replace(copy.toString, path), error)
    }

  /** Keeps the model for a later `save`, even if its folder is deleted before. */
  def keep(): Unit = place match {
    case Right(folder) => HeldFiles.hold(folder)
    case Left(remote) =>
      copyOf(remote)
      ()
  }

  /** Copies the model to a folder of any Hadoop file system, for a later `ModelLocation`. */
  def save(target: String): Unit = {
    val to = new HadoopPath(target)
    val configuration = ModelLocation.configuration
    val system = to.getFileSystem(configuration)
    val isKept = place.exists { folder =>
      !exists && HeldFiles.copy(folder, file => system.create(new HadoopPath(to, file.toString)))
    }
    if (!isKept) copyForms(to, system, configuration)
  }

  private def copyForms(to: HadoopPath, system: FileSystem, configuration: Configuration): Unit = {
    val files = forms.flatMap(folder => folder.files.map(file => file -> folder.path.resolve(file)))
    files.distinct.foreach { case (file, source) =>
      FileUtil.copy(source.toFile, system, new HadoopPath(to, file.toString), false, configuration)
    }
  }

  /** The model for each runtime that may be chosen where the copy is loaded. */
  private def forms: Seq[ModelFolder] =
    if (runtime != RuntimeChoice.Auto) Seq(open())
    else (open() +: ModelRuntime.all.flatMap(form)).distinct

  private def form(of: ModelRuntime): Option[ModelFolder] =
    try Some(RuntimeChoice.open(place.fold(copyOf, identity), precision, of.name, Device.Cpu).folder)
    catch { case _: ModelException => None } // the model folder does not have it

  /** Whether there is such a folder. */
  def exists: Boolean = place match {
    case Right(folder) => Files.isDirectory(folder)
    case Left(remote) => RemoteFiles.system(remote, ModelLocation.configuration).exists(remote)
  }

  /** Its path if it is not local. */
  def remote: Option[HadoopPath] = place.left.toOption

  private def place: Either[HadoopPath, Path] =
    try RemoteFiles.path(path).toLeft(FileUri.path(path).getOrElse(Paths.get(path)))
    catch {
      case error: IllegalArgumentException =>
        throw new UsageException(s"$path is not a path: ${error.getMessage}", error)
    }

  private def download(source: HadoopPath): Path = {
    val folder = Files.createTempDirectory("vitscale-model-")
    FileUtils.forceDeleteOnExit(folder.toFile)
    readable {
      val system = RemoteFiles.system(source, ModelLocation.configuration)
      parts(system, source).foreach(copyPart(system, source, _, folder))
    }
    folder
  }

  private def readable[A](read: => A): A =
    try read
    catch {
      case error: IOException =>
        throw new ModelException(
          s"The model $path cannot be read: ${RemoteFiles.reason(error)}. Check the path and its permissions.",
          error
        )
    }

  /** What either form of a model consists of, and what its runtime needs. */
  private def parts(system: FileSystem, source: HadoopPath): Seq[String] = {
    val graph = Seq(s"onnx/$precision", "model.onnx", "model.onnx.data", "assets")
    def weights =
      if (!system.exists(source)) Seq.empty
      else system.listStatus(source).map(_.getPath.getName).filter(_.contains(".safetensors")).toSeq
    ModelLocation.Settings ++
      (if (runtime == ModelRuntime.OneDnn.name) Seq.empty else graph) ++
      (if (runtime == ModelRuntime.OnnxRuntime.name) Seq.empty else weights :+ "onednn")
  }

  private def copyPart(system: FileSystem, source: HadoopPath, part: String, folder: Path): Unit = {
    val from = new HadoopPath(source, part)
    if (system.exists(from)) {
      val to = folder.resolve(part)
      Files.createDirectories(to.getParent)
      FileUtil.copy(system, from, to.toFile, false, ModelLocation.configuration)
      ()
    }
  }
}

private[vitscale] object ModelLocation {

  /** A relative path is one of this process, and `hdfs:///` means the file system of this process's settings: executors
    * run elsewhere.
    *
    * @throws vitscale.UsageException
    *   if the text is not a path, or nothing here knows its scheme
    */
  def here(path: String, precision: String, runtime: String): ModelLocation = {
    val named = ModelLocation(path, precision, runtime)
    val whole = named.place match {
      case Right(local) => FileUri.text(local.toAbsolutePath)
      case Left(remote) => RemoteFiles.system(remote, configuration).makeQualified(remote).toString
    }
    named.copy(path = whole)
  }

  private val copies = new ConcurrentHashMap[ModelLocation, Path]()

  private val Settings = Seq("config.json", "preprocessor_config.json", "vitscale.json")

  /** Hadoop's settings with those of the Spark application, on the driver and on executors alike. */
  private def configuration: Configuration = {
    val settings = new Configuration()
    Option(SparkEnv.get).toSeq
      .flatMap(_.conf.getAllWithPrefix("spark.hadoop."))
      .foreach { case (key, value) => settings.set(key, value) }
    settings
  }
}
