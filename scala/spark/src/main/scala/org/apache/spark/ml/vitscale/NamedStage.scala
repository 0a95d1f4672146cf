package org.apache.spark.ml.vitscale

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Paths

import scala.util.Try

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path}
import org.apache.spark.SparkException
import org.apache.spark.ml.param.Params
import org.apache.spark.ml.util.{DefaultParamsReader, MLReader, MLWriter}
import org.apache.spark.util.Utils

import vitscale.{OutputException, UsageException, VitscaleException}

/** Saves and loads stages in folders whose names may have any characters. Spark's own reader treats a path as a pattern, and
  * a comma as the end of the path.
  *
  * It is in Spark's package because the format of a stage's metadata is private to it.
  */
object NamedStage {

  /** Read a stage.
    *
    * @param onRead
    *   called with the stage and the path of its folder
    */
  final class Reader[T <: Params](onRead: (T, String) => Unit = (_: T, _: String) => ()) extends MLReader[T] {

    /** @throws vitscale.UsageException
      *   if the folder holds no stage
      */
    override def load(path: String): T = {
      val configuration = sparkSession.sessionState.newHadoopConf()
      val folder = found(new Path(absolute(path, configuration)), path, configuration)
      val metadata = DefaultParamsReader.parseMetadata(metadataText(folder, configuration))
      val kind = Utils.classForName[T](metadata.className)
      val stage = kind.getConstructor(classOf[String]).newInstance(metadata.uid)
      metadata.getAndSetParams(stage)
      onRead(stage, textOf(folder))
      stage
    }
  }

  /** Write a stage as another writer does, also to a relative path with a colon, which Hadoop takes for a scheme.
    *
    * @param onWrite
    *   called with the path of the folder after the stage was written
    */
  final class Writer(inner: MLWriter, onWrite: String => Unit = _ => ()) extends MLWriter {

    /** @throws vitscale.OutputException
      *   if the folder exists and is not to be overwritten, or cannot be written
      */
    override def save(path: String): Unit = {
      val configuration = sparkSession.sessionState.newHadoopConf()
      val folder = absolute(path, configuration)
      try {
        if (!shouldOverwrite) refuseExisting(new Path(folder), path, configuration)
        super.save(folder)
      } catch {
        case error @ (_: IOException | _: SparkException) => throw notWritten(path, error)
      }
    }

    override protected def saveImpl(path: String): Unit = {
      inner.session(sparkSession).save(path)
      onWrite(path)
    }
  }

  private def refuseExisting(folder: Path, named: String, configuration: Configuration): Unit =
    if (folder.getFileSystem(configuration).exists(folder))
      throw new OutputException(
        s"$named already exists. Save to another folder, or replace it with .write().overwrite().save(...)."
      )

  /** The innermost cause names the file; Spark's own message is that a job was aborted. */
  private def notWritten(named: String, error: Throwable): Throwable = {
    val causes = Iterator.iterate(error)(_.getCause).takeWhile(_ != null).toSeq
    val reason = Option(causes.last.getMessage).getOrElse(causes.last.toString).linesIterator.take(1).mkString
    causes
      .collectFirst { case told: VitscaleException => told }
      .getOrElse(
        new OutputException(s"$named cannot be written: $reason. Check the path and its permissions.", error)
      )
  }

  /** A path that exists is never taken for a pattern; but Spark's reader of pipelines takes a pattern, and hands it on. */
  private def found(named: Path, pattern: String, configuration: Configuration): Path = {
    val system = named.getFileSystem(configuration)
    if (system.exists(named)) named
    else
      Try(Option(system.globStatus(new Path(pattern)))).toOption.flatten.map(_.map(_.getPath)) match {
        case Some(Array(one)) => one
        case _ =>
          throw new UsageException(s"There is no folder $pattern. Give the folder of a saved stage.")
      }
  }

  private def metadataText(folder: Path, configuration: Configuration): String = {
    val system = folder.getFileSystem(configuration)
    val place = new Path(folder, "metadata")
    val parts = if (system.exists(place)) system.listStatus(place).map(_.getPath).toSeq else Seq.empty
    val part = parts.filter(_.getName.startsWith("part-")).sortBy(_.getName).headOption.getOrElse {
      throw new UsageException(
        s"$folder holds no saved stage: its folder metadata is missing. Give the folder of a saved stage."
      )
    }
    val stream = system.open(part)
    try new String(stream.readAllBytes(), UTF_8)
    finally stream.close()
  }

  private def absolute(path: String, configuration: Configuration): String =
    if (
      path.startsWith("/") || path
        .contains(":/") || FileSystem.getDefaultUri(configuration).getScheme != "file"
    ) path
    else Paths.get(path).toAbsolutePath.toString

  /** A local path as it is: in a `file:` URI, percent escapes would be decoded. */
  private def textOf(folder: Path): String =
    if (folder.toUri.getScheme == "file") folder.toUri.getPath else folder.toString
}
