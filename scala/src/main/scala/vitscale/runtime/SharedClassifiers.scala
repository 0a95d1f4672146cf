package vitscale.runtime

import java.nio.file.Files

import scala.collection.mutable

/** One classifier for each model in this JVM, however many tasks use it at once.
  *
  * The one used last stays open when nobody uses it, since the next stage or the next query will; it is closed when
  * another model is opened.
  */
object SharedClassifiers {

  /** A model file that was exported again is another model. */
  private type Key = (ModelFolder, ClassifierOptions, Long, Long)

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
    val key = (
      folder,
      options,
      Files.size(folder.onnxFile),
      Files.getLastModifiedTime(folder.onnxFile).toMillis
    )
    if (!entries.contains(key)) {
      closeIdle()
      entries += key -> new Entry(ViTClassifier.open(folder, options))
    }
    val entry = entries(key)
    entry.users += 1
    new Lease(key, entry.classifier)
  }

  /** Closes what nobody uses. */
  def closeIdle(): Unit = synchronized {
    entries.filter(_._2.users == 0).foreach { case (key, entry) =>
      entry.classifier.close()
      entries -= key
    }
  }

  /** Classifiers open now. */
  private[vitscale] def open: Int = synchronized(entries.size)
}
