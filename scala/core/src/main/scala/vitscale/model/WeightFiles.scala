package vitscale.model

import java.io.IOException
import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.ObjectMapper

import vitscale.ModelException

/** The safetensors files of a checkpoint: `model.safetensors`, or the shards that `model.safetensors.index.json` names. */
private[vitscale] object WeightFiles {

  private val Single = "model.safetensors"
  private val Index = "model.safetensors.index.json"
  private val LargestIndex = 64L << 20

  /** Whether a folder has weights that can be read here. */
  def existIn(folder: Path): Boolean =
    Seq(Single, Index).map(folder.resolve(_)).exists(Files.isRegularFile(_))

  /** The file that lists all tensors: the weights themselves, or the index of their shards. */
  def listing(folder: Path): Path = {
    val single = folder.resolve(Single)
    if (Files.isRegularFile(single)) single else folder.resolve(Index)
  }

  /** All files that a copy of the weights consists of. */
  def withIndex(folder: Path): Seq[Path] = {
    val index = folder.resolve(Index)
    of(folder) ++ Some(index).filter(Files.isRegularFile(_))
  }

  /** @throws vitscale.ModelException
    *   if there are none, or the index names a file that is not beside it
    */
  def of(folder: Path): Seq[Path] = {
    val (single, index) = (folder.resolve(Single), folder.resolve(Index))
    if (Files.isRegularFile(single)) Seq(single)
    else if (Files.isRegularFile(index)) shards(index)
    else
      throw new ModelException(
        s"The model folder $folder has neither $Single nor $Index. Export the model again: vitscale export MODEL -o $folder"
      )
  }

  private def shards(index: Path): Seq[Path] = {
    val names = named(index)
    if (names.isEmpty) refuse(index, "names no files", "a weight_map of names and files")
    names.map { name =>
      // A plain file name: an index must not lead out of its folder.
      val file = index.resolveSibling(name)
      if (name.isEmpty || name != file.getFileName.toString || file.getParent != index.getParent)
        refuse(index, s"names the file $name", "the name of a file beside it")
      if (!Files.isRegularFile(file)) refuse(index, s"names $name, which is not there", "a file beside it")
      file
    }
  }

  private def named(index: Path): Seq[String] =
    try {
      if (Files.size(index) > LargestIndex)
        refuse(index, s"has ${Files.size(index)} bytes", s"at most $LargestIndex")
      val map = new ObjectMapper().readTree(index.toFile).path("weight_map")
      map.elements().asScala.map(_.asText).toSet[String].toIndexedSeq.sorted
    } catch { case error: IOException => refuse(index, s"is not JSON (${error.getMessage})", "JSON") }

  private def refuse(index: Path, found: String, expected: String): Nothing =
    throw new ModelException(s"$index $found; expected $expected. Download the model again.")
}
