package vitscale.job.output

import java.io.IOException
import java.nio.file.{FileAlreadyExistsException, NoSuchFileException}

import vitscale.OutputException
import vitscale.hadoop.RemoteFiles

/** What the user reads if the storage of an output fails: before the first image no row was written, later rows are kept. */
private[job] object StorageErrors {

  /** Do what comes before the first image.
    *
    * @throws vitscale.OutputException
    *   if the storage fails
    */
  def whileOpening[A](storage: Storage)(action: => A): A =
    explained(storage, s"$NothingRan Check the path and its permissions, or choose another --output.")(action)

  /** Do what comes after the first image may have been classified.
    *
    * @throws vitscale.OutputException
    *   if the storage fails
    */
  def whileRunning[A](storage: Storage)(action: => A): A =
    explained(storage, s"$RowsAreKept Free space or choose another --output, then repeat the command.")(
      action
    )

  val NothingRan = "No image was classified."
  val RowsAreKept = "Committed rows are kept."

  def reason(error: IOException): String = error match {
    case there: FileAlreadyExistsException => s"${there.getMessage} already exists"
    case gone: NoSuchFileException =>
      s"${gone.getMessage} does not exist; its folder cannot be created, or another run took over the output"
    case other => RemoteFiles.reason(other)
  }

  private def explained[A](storage: Storage, remedy: String)(action: => A): A =
    try action
    catch {
      case error: IOException =>
        throw new OutputException(s"${storage.location} cannot be written: ${reason(error)}. $remedy", error)
    }
}
