package vitscale.classify

import java.nio.file.Files

import scala.collection.mutable

import vitscale.device.DeviceUse
import vitscale.model.ModelFolder

/** A cache with one classifier for each model and device of this JVM, shared by all tasks.
  *
  * The classifiers of the last model stay open while idle, because the next stage or query often needs them. They are closed
  * when another model is opened.
  */
object SharedClassifiers {

  /** Size and modification time are part of the key: a model that was exported again is another model. */
  final private case class Key(folder: ModelFolder, options: ClassifierOptions, bytes: Long, changed: Long) {

    /** Whether two keys differ only in the device. */
    def isSibling(other: Key): Boolean =
      copy(options = options.copy(device = other.options.device)) == other
  }

  final private class Entry(val classifier: ViTClassifier) { var users: Int = 0 }

  private val entries = mutable.Map.empty[Key, Entry]

  /** A lease on a classifier, until the lease is closed. */
  final class Lease private[SharedClassifiers] (key: Key, val classifier: ViTClassifier)
      extends AutoCloseable {
    private var returned = false

    override def close(): Unit = SharedClassifiers.synchronized {
      if (!returned) {
        returned = true
        entries(key).users -= 1
      }
    }
  }

  /** Lease the classifier of a model; open the model if it is not open.
    *
    * @throws vitscale.ModelException
    *   if the files do not fit each other
    */
  def lease(folder: ModelFolder, options: ClassifierOptions): Lease = synchronized {
    val key = Key(
      folder,
      options,
      folder.modelFiles.map(Files.size(_)).sum,
      folder.modelFiles.map(Files.getLastModifiedTime(_).toMillis).max
    )
    if (!entries.contains(key)) {
      closeIdle(_.isSibling(key))
      entries += key -> new Entry(ViTClassifier.open(folder, options))
    }
    val entry = entries(key)
    entry.users += 1
    new Lease(key, entry.classifier)
  }

  /** Close all idle classifiers. */
  def closeIdle(): Unit = closeIdle(_ => false)

  private def closeIdle(kept: Key => Boolean): Unit = synchronized {
    entries.filter { case (key, entry) => entry.users == 0 && !kept(key) }.foreach { case (key, entry) =>
      entry.classifier.close()
      entries -= key
    }
  }

  /** Evidence that the open classifiers run on GPUs. */
  private[vitscale] def deviceUses: Seq[DeviceUse] =
    synchronized(entries.values.flatMap(_.classifier.deviceUse).toSeq)

  /** Number of open classifiers. */
  private[vitscale] def open: Int = synchronized(entries.size)
}
