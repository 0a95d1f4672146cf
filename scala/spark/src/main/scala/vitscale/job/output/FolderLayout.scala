package vitscale.job.output

import vitscale.OutputException

/** What the folder of an output has in every format, beside its two tables. */
private[job] object FolderLayout {

  /** Folder of what belongs to the job itself. It marks a folder as an output. */
  val Own = "_vitscale"

  /** See [[RunKey]]. */
  val KeyFile: String = s"$Own/run.json"

  val LedgerFile = "ledger.json"

  /** Return the storage of a folder, which need not exist yet.
    *
    * @throws vitscale.OutputException
    *   if it is a file
    */
  def requireFolder(storage: Storage): Storage = {
    if (StorageErrors.whileOpening(storage)(storage.isFile))
      throw new OutputException(
        s"${storage.location} is a file; --output needs a folder. Choose a new folder, or the output of an earlier run."
      )
    storage
  }

  /** Refuse a folder that holds other files.
    *
    * @param remedy
    *   a further sentence on what to do
    */
  def refuseForeign(storage: Storage, remedy: String = ""): Unit = {
    val there = storage.list("")
    if (there.nonEmpty && !there.contains(Own))
      throw new OutputException(
        s"${storage.location} holds other files (${there.head}). Choose a new folder, or the output of an earlier run.$remedy"
      )
  }
}
