package vitscale.onednn.pass

import java.util.concurrent.{CompletableFuture, CompletionException, ExecutorService}

import scala.collection.mutable

import vitscale.forward.ForwardBuffers
import vitscale.onednn.library.Shares
import vitscale.onednn.plan.Meeting

/** The cores of a pass: they divide the images of a batch among them, or share single images if there are fewer of them.
  *
  * To be used for one pass at a time.
  *
  * @param threads
  *   number of cores
  * @param helpers
  *   threads for all of them; none for a single core, which is the caller's
  */
final private[onednn] class PassCores(plans: Plans, threads: Int, helpers: Option[ExecutorService])
    extends AutoCloseable {

  private val workers = IndexedSeq.fill(threads)(new OneDnnWorker(plans.architecture, plans.whole))

  /** By the place of the image in its batch, and the number of cores that share it. */
  private val split = mutable.Map.empty[(Int, Int), SplitPlan]

  /** Makes a plan at once, so that what is wrong with a model is said when it is opened. */
  def prepare(images: Int): Unit = workers.head.prepare(images)

  /** Computes the logits and the features of the first `count` images, in place. */
  def run(buffers: ForwardBuffers, count: Int): Unit = helpers match {
    case None => workers.head.run(buffers, 0, count)
    case Some(pool) =>
      together(if (count < threads) shared(buffers, count) else divided(buffers, count), pool)
  }

  private def divided(buffers: ForwardBuffers, count: Int): Seq[() => Unit] =
    Shares.of(count, threads).zip(workers).map { case ((first, end), worker) =>
      () => worker.run(buffers, first, end - first)
    }

  private def shared(buffers: ForwardBuffers, count: Int): Seq[() => Unit] =
    Shares.of(threads, count).zipWithIndex.flatMap { case ((first, end), image) =>
      plans.cores(end - first) match {
        case 1 => Seq(() => workers(image).run(buffers, image, 1))
        case cores =>
          val plan = split.getOrElseUpdate((image, cores), plans.split(cores))
          plan.work(ImagePlaces.of(buffers, plans.architecture, image, 1))
      }
    }

  /** Waits for all of them, also where the caller is interrupted: they wait for each other. Then throws the first failure that
    * is not the consequence of another one.
    */
  private def together(work: Seq[() => Unit], pool: ExecutorService): Unit = {
    val running = work.map(part => CompletableFuture.runAsync(() => part(), pool))
    val failures = running.flatMap(PassCores.failure)
    failures.find(!_.isInstanceOf[Meeting.Cancelled]).orElse(failures.headOption).foreach(throw _)
  }

  override def close(): Unit = {
    workers.foreach(_.close())
    split.values.foreach(_.close())
    split.clear()
  }
}

private object PassCores {

  private def failure(done: CompletableFuture[Void]): Option[Throwable] =
    try {
      done.join()
      None
    } catch { case error: CompletionException => Some(error.getCause) }
}
