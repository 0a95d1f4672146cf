package vitscale.onnx

import java.nio.FloatBuffer
import java.util
import java.util.Collections

import ai.onnxruntime.{OnnxTensor, OrtEnvironment, OrtException, OrtSession}

import vitscale.ModelException
import vitscale.forward.ForwardBuffers
import vitscale.preprocess.PixelLayout

/** Runs sessions of one graph on buffers with the layout of that graph.
  *
  * @param featureCount
  *   width of the graph's output of features; 0 if it has none
  */
final private[vitscale] class GraphPass(
    environment: OrtEnvironment,
    layout: PixelLayout,
    classCount: Int,
    val featureCount: Int
) {

  /** @throws vitscale.UsageException
    *   if it is more than one buffer of the JVM can hold
    */
  def buffers(capacity: Int): ForwardBuffers = ForwardBuffers.of(layout, capacity, classCount, featureCount)

  /** ONNX Runtime computes only the outputs that it is asked for.
    *
    * @throws vitscale.ModelException
    *   if ONNX Runtime fails
    */
  def run(session: OrtSession, buffers: ForwardBuffers, count: Int, withFeatures: Boolean = false): Unit =
    try {
      val input =
        OnnxTensor.createTensor(environment, buffers.input(count), layout.shape(count), layout.elementType)
      val outputs = new util.HashMap[String, OnnxTensor]()
      try {
        outputs.put(OnnxSignature.Output, tensor(buffers.output(count), count, classCount))
        if (withFeatures)
          outputs.put(OnnxSignature.Features, tensor(buffers.features(count), count, featureCount))
        session.run(Collections.singletonMap(OnnxSignature.Input, input), outputs).close()
      } finally {
        input.close()
        outputs.values.forEach(_.close())
      }
    } catch { case error: OrtException => throw new ModelException(explain(error.getMessage, count), error) }

  private def tensor(buffer: FloatBuffer, count: Int, width: Int): OnnxTensor =
    OnnxTensor.createTensor(environment, buffer, Array(count.toLong, width.toLong))

  private def explain(message: String, count: Int): String =
    if (CudaProblem.isOutOfMemory(message))
      s"A batch of $count images does not fit into memory. Choose a smaller batch size. ONNX Runtime said: $message"
    else s"The forward pass failed: $message. Export the model again if this persists."
}
