package vitscale.onednn.library

import scala.collection.mutable

import org.bytedeco.javacpp.{Pointer, PointerScope}

/** Native objects that live and die together, whatever the garbage collector does.
  *
  * Not safe for use by several threads at a time.
  */
final private[onednn] class NativeScope extends AutoCloseable {

  private val owned = mutable.ArrayBuffer.empty[Pointer]

  /** Keeps an object until this scope is closed. */
  def own[P <: Pointer](pointer: P): P = {
    pointer.retainReference[P]()
    owned += pointer
    pointer
  }

  /** Frees the objects, the last one first. */
  override def close(): Unit = {
    owned.reverseIterator.foreach(_.releaseReference())
    owned.clear()
  }
}

private[onednn] object NativeScope {

  /** Runs an action; what it makes and nobody owns is freed when it ends. */
  def temporary[A](action: => A): A = {
    val scope = new PointerScope()
    try action
    finally scope.close()
  }

  /** Fills a scope; closes it again if that fails. */
  def filled[A](fill: NativeScope => A): A = {
    val scope = new NativeScope()
    try temporary(fill(scope))
    catch {
      case error: Throwable =>
        scope.close()
        throw error
    }
  }
}
