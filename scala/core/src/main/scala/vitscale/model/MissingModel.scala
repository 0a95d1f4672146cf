package vitscale.model

import java.nio.file.{Files, Path}

import vitscale.ModelException

/** What to do where a model folder, or a file of it, is missing. */
private[model] object MissingModel {

  /** @param path
    *   as it was given
    * @param root
    *   the same, absolute
    */
  def notFolder(path: Path, root: Path): ModelException =
    if (Files.exists(root)) {
      val parent = root.getParent
      new ModelException(
        s"$path is a file; expected a model folder. Give ${OnnxFolder.enclosing(parent).getOrElse(parent)}"
      )
    } else
      new ModelException(s"There is no model folder $path. Make one: vitscale export MODEL -o $path")

  /** What to do about a missing file. An export goes only into a folder that is new, empty, or an export. */
  def remedy(root: Path, path: Path, precision: String, runtime: ModelRuntime): String = {
    def has(name: String) = Files.isRegularFile(root.resolve(name))
    def advice(options: String) =
      if (has(ModelFolder.ProvenanceFile)) s"Make it: vitscale export MODEL$options -o $path"
      else s"Export it to a model folder, and give that: vitscale export $path$options -o DIR"
    if (!has(ModelFolder.ConfigFile) && !has(ModelFolder.ProvenanceFile))
      "Give a folder that `vitscale export MODEL -o DIR` made."
    else if (runtime == ModelRuntime.OneDnn) advice("") // it needs no graph of its precision
    else
      GraphName
        .exportOptions(precision)
        .fold(GraphName.unknown(precision))(options => advice(s" $options"))
  }
}
