package vitscale.onednn

import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{dnnl_stream, memory, stream}

/** The forward pass of a ViT over batches of one size: primitives of oneDNN on tensors of their own.
  *
  * To be used by one thread at a time; weights are shared with other plans of the same pack.
  *
  * @param images
  *   images of a batch
  * @param implementations
  *   what oneDNN chose for each step
  */
final private[onednn] class VitPlan private (
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

private[onednn] object VitPlan {

  /** Builds a plan, and packs those of the weights that no earlier plan has packed.
    *
    * @param scales
    *   for int8 alone
    * @throws vitscale.ModelException
    *   if weights are missing or have another shape, or oneDNN lacks a primitive
    */
  def build(
      config: VitConfig,
      pack: WeightPack,
      numbers: Numbers,
      images: Int,
      scales: Option[Int8Scales] = None,
      observer: Option[ActivationObserver] = None
  ): VitPlan = NativeScope.filled { scope =>
    val builder = new PlanBuilder(scope)
    val range = TokenRange.all(config, images)
    val hidden = config.hidden.toLong
    val residual = builder.tensor(data_type.f32, range.rows.toLong, hidden)
    val head = new ClassifierHead(builder, pack, config, numbers.other)
    val last =
      if (head.tokens == config.tokens) residual
      else builder.tensor(data_type.f32, images.toLong * head.tokens, hidden)
    val input = new PatchEmbedding(builder, pack, config, numbers.other).add(residual, images)
    val joined = IndexedSeq(builder.tensor(numbers.other, range.rows.toLong, 3 * hidden))
    new Encoder(builder, pack, config, numbers, range, joined, scales, observer)
      .add(residual, last, head.tokens)
    val outputs = head.add(last, images)
    val work = scope.own(new stream(OneDnn.processor))
    new VitPlan(images, builder.implementations, scope, work.get(), input, outputs, builder.steps())
  }
}
