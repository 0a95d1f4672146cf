package vitscale.classify

import java.nio.file.Files

import scala.collection.mutable

import vitscale.device.DeviceUse
import vitscale.model.ModelFolder

/** One classifier for each model and device in this JVM, however many tasks use it at once.
  *
  * The ones of the model used last stay open when nobody uses them, since the next stage or the next query will; they are
  * closed when another model is opened.
  */
object SharedClassifiers {

  /** A model file that was exported again is another model. */
  final private case class Key(folder: ModelFolder, options: ClassifierOptions, bytes: Long, changed: Long) {

    /** Whether they differ in nothing but in the device. */
    def isSibling(other: Key): Boolean =
      copy(options = options.copy(device = other.options.device)) == other
  }

  final private class Entry(val classifier: ViTClassifier) { var users: Int = 0 }

  private val entries = mutable.Map.empty[Key, Entry]

  /** The use of a classifier, until it is closed. */
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

  /** Opens the model, or gives the classifier that is open already.
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

  /** Closes what nobody uses. */
  def closeIdle(): Unit = closeIdle(_ => false)

  private def closeIdle(kept: Key => Boolean): Unit = synchronized {
    entries.filter { case (key, entry) => entry.users == 0 && !kept(key) }.foreach { case (key, entry) =>
      entry.classifier.close()
      entries -= key
    }
  }

  /** What shows that the open ones run on GPUs. */
  private[vitscale] def deviceUses: Seq[DeviceUse] =
    synchronized(entries.values.flatMap(_.classifier.deviceUse).toSeq)

  /** Classifiers open now. */
  private[vitscale] def open: Int = synchronized(entries.size)
}
