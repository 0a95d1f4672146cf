package vitscale.python

import java.io.{BufferedInputStream, BufferedOutputStream, DataInputStream, IOException}
import java.net.Socket
import java.nio.charset.StandardCharsets.UTF_8
import java.util.concurrent.{CompletableFuture, ConcurrentHashMap, LinkedBlockingQueue}

import scala.jdk.CollectionConverters._
import scala.collection.immutable.ListMap

import vitscale.DaemonThreads
import vitscale.classify.ViTClassifier
import vitscale.serving.DynamicBatcher

/** The requests and results of one client. The caller's thread reads requests, another one writes results, so that a client
  * that does not read delays no worker. When the client leaves, its requests are cancelled.
  */
final private[python] class BatcherConnection(
    client: Socket,
    batcher: DynamicBatcher,
    classifier: ViTClassifier
) extends AutoCloseable {

  private val pending = new ConcurrentHashMap[Long, CompletableFuture[_]]()
  private val results = new LinkedBlockingQueue[Array[Byte]]()

  private val writer = new DaemonThreads("vitscale-socket").newThread(() => writeAll())
  writer.start()

  /** Send the results that are there, and end the connection. */
  override def close(): Unit = {
    results.add(BatcherConnection.End)
    writer.join()
  }

  /** Take requests until the client leaves. */
  def readAll(): Unit = {
    val in = new DataInputStream(new BufferedInputStream(client.getInputStream, BatcherConnection.Buffer))
    try
      while (true) BatcherFrames.read(in) match {
        case BatcherFrames.Cancel(id) => Option(pending.get(id)).foreach(_.cancel(false))
        case BatcherFrames.Flush(id) => send(id, BatcherConnection.Flushed)
        case request: BatcherFrames.Classify => start(request)
      }
    catch { case _: IOException => () } // the client left
    finally {
      pending.values.asScala.foreach(_.cancel(false))
      results.add(BatcherConnection.End)
      client.close()
    }
  }

  private def start(request: BatcherFrames.Classify): Unit =
    try {
      val options = PythonClassifier.request(request.topK, request.threshold)
      val limits = classifier.options.limits
      val result =
        batcher.submit(options)(PythonImages.pixels(request.image, limits)(classifier.decode)) { prediction =>
          PythonClassifier.json.writeValueAsBytes(PythonClassifier.record(Right(prediction)))
        }
      pending.put(request.id, result)
      result.whenComplete { (json, error) =>
        pending.remove(request.id)
        if (!result.isCancelled)
          send(request.id, if (error == null) json else BatcherConnection.failure(error))
      }
      ()
    } catch { case error: Throwable => send(request.id, BatcherConnection.failure(error)) }

  private def send(id: Long, json: Array[Byte]): Unit = {
    results.add(BatcherFrames.result(id, json))
    ()
  }

  private def writeAll(): Unit =
    try {
      val out = new BufferedOutputStream(client.getOutputStream, BatcherConnection.Buffer)
      Iterator.continually(results.take()).takeWhile(_ ne BatcherConnection.End).foreach { result =>
        out.write(result)
        if (results.isEmpty) out.flush()
      }
      out.flush()
    } catch { case _: IOException => () } // the client left
    finally client.close()
}

private object BatcherConnection {
  private val Buffer = 1 << 16

  private val Flushed = "{}".getBytes(UTF_8)

  /** Ends the writer. */
  private val End = Array.emptyByteArray

  private def failure(error: Throwable): Array[Byte] =
    PythonClassifier.json.writeValueAsBytes(
      ListMap(
        "error" -> Option(error.getMessage).getOrElse(error.toString),
        "exception" -> error.getClass.getName
      )
    )
}
