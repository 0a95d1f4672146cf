package vitscale.job.input

import java.util.concurrent.{ExecutorService, Executors}

import org.apache.spark.broadcast.Broadcast
import org.apache.spark.rdd.RDD
import org.apache.spark.util.SerializableConfiguration
import org.apache.spark.{SparkContext, TaskContext}

import vitscale.DaemonThreads
import vitscale.classify.OrderedParallel
import vitscale.job.records.{FileEntry, ReadImage}
import vitscale.job.task.{Attempts, ChunkSizes, TaskBatch}

/** Files from a listing. The bytes are read inside the tasks, a few files ahead of the engine.
  *
  * A task has a given number of files, and at most twice the bytes that this number of files has on average. A huge file
  * therefore gets its own task, and no other file waits behind it.
  */
final class FileSource(
    context: SparkContext,
    files: FileQueue,
    maxBytes: Long,
    readAhead: Int,
    configuration: Broadcast[SerializableConfiguration]
) extends ImageSource {

  override def waiting: Long = files.size

  override def next(tasks: Int, sizes: ChunkSizes): Option[TaskBatch] = {
    val chunks = Iterator.continually(chunk(sizes)).takeWhile(_.nonEmpty).take(tasks).toIndexedSeq
    if (chunks.isEmpty) None else Some(new FileWork(chunks))
  }

  private def chunk(sizes: ChunkSizes): Seq[FileEntry] = {
    val count = sizes.next(waiting, math.max(1, context.defaultParallelism))
    val mean = files.meanBytes
    files.take(count, if (mean > 0) FileSource.Spread * mean * count else Double.PositiveInfinity)
  }

  override def close(): Unit = files.close()

  private final class FileWork(chunks: IndexedSeq[Seq[FileEntry]]) extends TaskBatch {

    override val partitions: Seq[Int] = chunks.indices

    override def images: RDD[ReadImage] = {
      val (limit, ahead, settings) = (maxBytes, readAhead, configuration)
      context.parallelize(chunks, chunks.size).mapPartitions { chunk =>
        if (Attempts.areUsedUp) chunk.flatten.map(listed => Attempts.untouched(listed.path, listed.size))
        else FileSource.read(chunk.flatten, new FileReader(settings.value.value, limit), ahead)
      }
    }

    override def part(partition: Int, from: Int, until: Int): TaskBatch =
      new FileWork(IndexedSeq(chunks(partition).slice(from, until)))
  }
}

private object FileSource {

  private val Spread = 2.0

  private def read(files: Iterator[FileEntry], reader: FileReader, ahead: Int): Iterator[ReadImage] = {
    val readers: ExecutorService = Executors.newFixedThreadPool(ahead, new DaemonThreads("vitscale-reader"))
    TaskContext.get().addTaskCompletionListener[Unit] { _ => readers.shutdownNow(); () }
    OrderedParallel.map(files, inFlight = ahead, readers)(reader.read)
  }
}
