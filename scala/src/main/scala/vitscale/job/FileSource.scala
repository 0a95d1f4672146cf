package vitscale.job

import java.util.concurrent.{ExecutorService, Executors, ThreadFactory}

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.util.SerializableConfiguration
import org.apache.spark.{SparkContext, TaskContext}

import vitscale.runtime.OrderedParallel

/** Files from a listing. The bytes are read inside the tasks, a few files ahead of the engine. */
final class FileSource(
    context: SparkContext,
    files: Spool,
    maxBytes: Long,
    readAhead: Int,
    configuration: Broadcast[SerializableConfiguration]
) extends ImageSource {

  override def waiting: Long = files.size

  override def next(tasks: Int, sizes: ChunkSizes): Option[Work] = {
    val slots = math.max(1, context.defaultParallelism)
    val chunks = Iterator
      .continually(files.take(sizes.next(waiting, slots)))
      .takeWhile(_.nonEmpty)
      .take(tasks)
      .toIndexedSeq
    if (chunks.isEmpty) None
    else {
      val (limit, ahead, settings) = (maxBytes, readAhead, configuration)
      val images = context
        .parallelize(chunks, chunks.size)
        .mapPartitions(chunk =>
          FileSource.read(chunk.flatten, new FileReader(settings.value.value, limit), ahead)
        )
      Some(Work(images, chunks.indices, chunks.map(_.size.toLong).sum))
    }
  }

  override def close(): Unit = files.close()
}

private object FileSource {

  private def read(files: Iterator[Listed], reader: FileReader, ahead: Int): Iterator[ReadImage] = {
    val readers: ExecutorService = Executors.newFixedThreadPool(ahead, daemons)
    TaskContext.get().addTaskCompletionListener[Unit] { _ => readers.shutdownNow(); () }
    OrderedParallel.map(files, inFlight = ahead, readers)(reader.read)
  }

  private val daemons: ThreadFactory = (work: Runnable) => {
    val thread = new Thread(work, "vitscale-reader")
    thread.setDaemon(true)
    thread
  }
}
