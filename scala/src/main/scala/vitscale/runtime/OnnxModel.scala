package vitscale.runtime

import java.util.Collections
import java.util.concurrent.Semaphore

import ai.onnxruntime.{OnnxTensor, OrtEnvironment, OrtException, OrtSession}

import vitscale.{ModelException, UsageException}

/** One ONNX Runtime session, used by any number of threads.
  *
  * At most `options.concurrentForwards` passes run at a time; more callers wait, so that the cores are never oversubscribed.
  */
final class OnnxModel private (
    environment: OrtEnvironment,
    session: OrtSession,
    layout: PixelLayout,
    classCount: Int,
    concurrentForwards: Int
) extends AutoCloseable {

  private val turns = new Semaphore(concurrentForwards, true)
  @volatile private var closed = false

  /** Memory for batches of up to `capacity` images; to be used by one thread at a time.
    *
    * @throws vitscale.UsageException
    *   if it is more than one buffer of the JVM can hold
    */
  private[runtime] def buffers(capacity: Int): ForwardBuffers = {
    val largest = Int.MaxValue / layout.bytesPerImage
    if (capacity > largest)
      throw new UsageException(
        s"A batch can have $largest images of this model at most, got a batch size of $capacity."
      )
    new ForwardBuffers(layout, capacity, classCount)
  }

  /** Computes the logits of the first `count` images in the buffers, in place.
    *
    * @throws vitscale.ModelException
    *   if ONNX Runtime fails
    * @throws java.lang.IllegalStateException
    *   if the model was closed
    */
  private[runtime] def forward(buffers: ForwardBuffers, count: Int): Unit = {
    turns.acquire()
    try {
      if (closed) throw new IllegalStateException("This model was closed; open it again.")
      run(buffers, count)
    } finally turns.release()
  }

  private def run(buffers: ForwardBuffers, count: Int): Unit =
    OnnxModel.explained("The forward pass failed") {
      val input =
        OnnxTensor.createTensor(environment, buffers.input(count), layout.shape(count), layout.elementType)
      val output =
        OnnxTensor.createTensor(environment, buffers.output(count), Array(count.toLong, classCount.toLong))
      try
        session
          .run(
            Collections.singletonMap(OnnxSignature.Input, input),
            Collections.singletonMap(OnnxSignature.Output, output)
          )
          .close()
      finally {
        input.close()
        output.close()
      }
    }

  /** Waits for the passes that run, then frees the session. */
  override def close(): Unit = {
    turns.acquire(concurrentForwards)
    try
      if (!closed) {
        closed = true
        session.close()
      }
    finally turns.release(concurrentForwards)
  }
}

object OnnxModel {

  /** Opens the graph of a model folder.
    *
    * @throws vitscale.ModelException
    *   if ONNX Runtime cannot load it, or it does not fit its preprocessing or its labels
    */
  def open(folder: ModelFolder, preprocessor: Preprocessor, options: ClassifierOptions): OnnxModel = {
    val environment = OrtEnvironment.getEnvironment
    val session = explained(s"${folder.onnxFile} cannot be loaded") {
      GraphCache.open(environment, folder.onnxFile, options.graphCache, () => sessionOptions(options))
    }
    try {
      val layout = OnnxSignature.check(session, folder.onnxFile, preprocessor, folder.labels.size)
      new OnnxModel(environment, session, layout, folder.labels.size, options.concurrentForwards)
    } catch {
      case error: Throwable =>
        session.close()
        throw error
    }
  }

  /** Threads that wait do not spin: the cores belong to decoding and to other passes then. Weights live outside the
    * arena, which would keep the memory of those that are repacked.
    */
  private def sessionOptions(options: ClassifierOptions): OrtSession.SessionOptions = {
    val settings = new OrtSession.SessionOptions()
    settings.setIntraOpNumThreads(options.threads)
    settings.setInterOpNumThreads(1)
    settings.addConfigEntry("session.intra_op.allow_spinning", "0")
    settings.addConfigEntry("session.use_device_allocator_for_initializers", "1")
    settings
  }

  private def explained[A](what: String)(action: => A): A =
    try action
    catch {
      case error: OrtException =>
        throw new ModelException(
          s"$what: ${error.getMessage}. Export the model again if this persists.",
          error
        )
    }
}
