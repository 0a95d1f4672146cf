package vitscale.onednn.pass

import org.bytedeco.dnnl.{dnnl_stream, memory, stream}

import vitscale.onednn.layer.HeadOutputs
import vitscale.onednn.library.{NativeScope, OneDnn}
import vitscale.onednn.plan.{PlanBuilder, Step}

/** The forward pass of a model over batches of one size: primitives of oneDNN on tensors of their own.
  *
  * To be used by one thread at a time; weights are shared with other plans of the same pack.
  *
  * @param images
  *   images of a batch
  * @param implementations
  *   what oneDNN chose for each step
  */
final private[onednn] class BatchPlan private (
    val images: Int,
    val implementations: Set[String],
    scope: NativeScope,
    work: dnnl_stream,
    input: memory,
    outputs: HeadOutputs,
    steps: IndexedSeq[Step]
) extends AutoCloseable {

  /** Computes logits and features.
    *
    * @param at
    *   the images, and where their results are written
    * @throws vitscale.ModelException
    *   if a step fails
    */
  def run(at: ImagePlaces): Unit = {
    input.set_data_handle(at.pixels)
    outputs.writeTo(at.logits, at.features)
    var index = 0
    while (index < steps.size) {
      steps(index).run(work)
      index += 1
    }
  }

  override def close(): Unit = scope.close()
}

private[onednn] object BatchPlan {

  /** Builds a plan, and packs those of the weights that no earlier plan has packed.
    *
    * @param add
    *   adds all steps; returns the tensor of pixels, float32 [images, 3, height, width], and the results. Neither has memory yet.
    */
  def build(images: Int)(add: PlanBuilder => (memory, HeadOutputs)): BatchPlan = NativeScope.filled { scope =>
    val builder = new PlanBuilder(scope)
    val (input, outputs) = add(builder)
    val work = scope.own(new stream(OneDnn.processor))
    new BatchPlan(images, builder.implementations, scope, work.get(), input, outputs, builder.steps())
  }
}
