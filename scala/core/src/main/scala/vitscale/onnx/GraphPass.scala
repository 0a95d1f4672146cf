package vitscale.onnx

import java.util.Collections

import ai.onnxruntime.{OnnxTensor, OrtEnvironment, OrtException, OrtSession}

import vitscale.ModelException
import vitscale.forward.ForwardBuffers
import vitscale.preprocess.PixelLayout

/** Runs sessions of one graph on buffers with the layout of that graph. */
final private[vitscale] class GraphPass(environment: OrtEnvironment, layout: PixelLayout, classCount: Int) {

  /** @throws vitscale.UsageException
    *   if it is more than one buffer of the JVM can hold
    */
  def buffers(capacity: Int): ForwardBuffers = ForwardBuffers.of(layout, capacity, classCount)

  /** @throws vitscale.ModelException
    *   if ONNX Runtime fails
    */
  def run(session: OrtSession, buffers: ForwardBuffers, count: Int): Unit =
    try {
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
    } catch { case error: OrtException => throw new ModelException(explain(error.getMessage, count), error) }

  private def explain(message: String, count: Int): String =
    if (CudaProblem.isOutOfMemory(message))
      s"A batch of $count images does not fit into memory. Choose a smaller batch size. ONNX Runtime said: $message"
    else s"The forward pass failed: $message. Export the model again if this persists."
}
