package vitscale.serving

import java.time.Duration
import java.util
import java.util.concurrent.{CompletableFuture, TimeUnit}

import scala.jdk.CollectionConverters._

import vitscale.{DaemonThreads, ModelException, QueueFullException, VitscaleException}
import vitscale.classify.{Features, ImageSteps, InferenceOptions, Prediction, ScoredLabel, ViTClassifier}
import vitscale.forward.{ForwardBuffers, ForwardPass}
import vitscale.image.PixelRows

/** Merges the requests of many threads into batches of one model, for use in a service.
  *
  * A request waits in a bounded queue; a request to a full queue is rejected at once. Decoder threads turn images into the
  * model's input. Workers, one for each parallel forward pass, take batches of decoded images. Each request has its own
  * result: an image that cannot be read fails alone.
  *
  * A result that is cancelled or times out (`cancel`, `orTimeout`) leaves the queue before its forward pass. Results are
  * completed on a worker's thread, so their callbacks must not block: use `thenApplyAsync` for slow work.
  *
  * Thread-safe. All types are Java's or have accessors for Java:
  *
  * {{{
  * var model = Path.of("models/vit");
  * try (var classifier = ViTClassifier.open(model, "int8", ClassifierOptions.throughput(), "auto");
  *     var batcher = new DynamicBatcher(classifier, BatcherOptions.defaults().withMaxQueueSize(64))) {
  *   CompletableFuture<List<ScoredLabel>> labels = batcher.classify(Files.readAllBytes(photo), 5);
  * }
  * }}}
  */
final class DynamicBatcher private[serving] (
    steps: ImageSteps,
    model: ForwardPass,
    decode: Array[Byte] => PixelRows,
    requireFits: InferenceOptions => Unit,
    options: BatcherOptions
) extends AutoCloseable {

  /** Open a batcher over a classifier, which stays open when the batcher is closed. */
  def this(classifier: ViTClassifier, options: BatcherOptions) =
    this(classifier.steps, classifier.model, classifier.decode(_), classifier.requireFits(_), options)

  private val recorder = new MetricsRecorder
  private val queue =
    new RequestQueue(options.maxQueueSize, options.maxBatchSize, options.maxQueueDelay.toNanos)

  private val threads = {
    val buffers = Seq.fill(model.concurrency)(model.buffers(options.maxBatchSize))
    val decoder = new DaemonThreads("vitscale-decoder")
    val worker = new DaemonThreads("vitscale-worker")
    Seq.fill(options.decoders)(decoder.newThread(() => decodeAll())) ++
      buffers.map(own => worker.newThread(() => computeAll(own)))
  }
  threads.foreach(_.start())

  /** Classify an encoded image.
    *
    * @param image
    *   a whole file: JPEG, PNG, ... It must not change until the result is there.
    * @param topK
    *   number of labels
    * @return
    *   the labels with their scores, the highest first; fails with [[vitscale.ImageException]] if the image cannot be
    *   read, with [[vitscale.BatcherClosedException]] if the batcher is closed before the request's turn
    * @throws vitscale.QueueFullException
    *   if the queue is full
    * @throws vitscale.BatcherClosedException
    *   if the batcher was closed
    */
  def classify(image: Array[Byte], topK: Int): CompletableFuture[util.List[ScoredLabel]] =
    submit(InferenceOptions(topK))(decode(image))(DynamicBatcher.labels)

  /** Classify an encoded image, and return the labels with at least a score.
    *
    * @param topK
    *   largest number of labels
    * @param threshold
    *   smallest score of a label, from 0 to 1
    */
  def classify(image: Array[Byte], topK: Int, threshold: Float): CompletableFuture[util.List[ScoredLabel]] =
    submit(InferenceOptions(topK, threshold = Some(threshold)))(decode(image))(DynamicBatcher.labels)

  /** Return the features of an encoded image, the input of the model's classification head.
    *
    * @param isNormalized
    *   whether to divide them by their L2 norm
    * @return
    *   float32 [width]
    */
  def features(image: Array[Byte], isNormalized: Boolean): CompletableFuture[Array[Float]] = {
    val kind = if (isNormalized) Features.Normalized else Features.Pooled
    submit(InferenceOptions(topK = 1, features = kind))(decode(image))(_.features.get)
  }

  /** Classify an encoded image with all options of a request; its `batchSize` has no effect. */
  def predict(image: Array[Byte], request: InferenceOptions): CompletableFuture[Prediction] =
    submit(request)(decode(image))(identity)

  /** Put a request into the queue.
    *
    * @param pixels
    *   reads and decodes the image on a decoder's thread
    * @param convert
    *   makes the result from the prediction, on a worker's thread
    */
  private[vitscale] def submit[R](
      request: InferenceOptions
  )(pixels: => PixelRows)(convert: Prediction => R): CompletableFuture[R] = {
    requireFits(request)
    val added = new Request[R](() => pixels, request, convert, recorder, System.nanoTime())
    added.result.whenComplete { (_, _) =>
      added.drop()
      queue.remove(added)
    }
    recorder.accepted()
    try queue.offer(added)
    catch {
      case refusal: VitscaleException =>
        recorder.refused(isFull = refusal.isInstanceOf[QueueFullException])
        throw refusal
    }
    added.result
  }

  /** The numbers of this batcher now. */
  def metrics: BatcherMetrics = recorder.snapshot(queue.length, options.maxQueueSize)

  /** Accept no more requests, and wait until all accepted ones have their results. */
  override def close(): Unit = {
    queue.close()
    threads.foreach(_.join())
  }

  /** Accept no more requests, and wait for the accepted ones at most for a time. Requests that then still wait fail with
    * [[vitscale.BatcherClosedException]].
    *
    * @return
    *   whether all accepted requests got their turn
    */
  def close(timeout: Duration): Boolean = {
    val deadline = System.nanoTime() + timeout.toNanos
    queue.close()
    threads.foreach { thread =>
      TimeUnit.NANOSECONDS.timedJoin(thread, math.max(1L, deadline - System.nanoTime()))
    }
    val left = queue.clear()
    left.foreach(_.fail(RequestQueue.closedError))
    threads.foreach(_.join())
    left.isEmpty
  }

  private def decodeAll(): Unit =
    Iterator.continually(queue.takeEncoded()).takeWhile(_.isDefined).flatten.foreach { request =>
      val problem = request.prepare(steps)
      recorder.decoded(request.decodeNanos)
      queue.decoded(request, isReady = problem.isEmpty && !request.isDone)
      problem.foreach(request.fail)
    }

  private def computeAll(buffers: ForwardBuffers): Unit =
    Iterator.continually(queue.takeBatch()).takeWhile(_.nonEmpty).foreach { taken =>
      val batch = taken.filterNot(_.isDone)
      try if (batch.nonEmpty) compute(batch, buffers)
      catch { case error: Throwable => batch.foreach(_.fail(error)) } // the workers must go on
    }

  private def compute(batch: Seq[Request[_]], buffers: ForwardBuffers): Unit = {
    val began = System.nanoTime()
    batch.zipWithIndex.foreach { case (request, place) =>
      recorder.waited(began - request.arrived - request.decodeNanos)
      buffers.put(place, request.input)
    }
    model.forward(buffers, batch.size, batch.exists(_.options.withFeatures))
    recorder.computed(batch.size, System.nanoTime() - began)
    batch.zipWithIndex.foreach { case (request, place) =>
      steps
        .score(buffers, place, request.options)
        .fold(failure => request.fail(new ModelException(failure.reason)), request.succeed)
    }
  }
}

private object DynamicBatcher {
  private def labels(prediction: Prediction): util.List[ScoredLabel] =
    new util.ArrayList(prediction.labels.asJava)
}
