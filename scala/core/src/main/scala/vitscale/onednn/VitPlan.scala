package vitscale.onednn

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{dnnl_stream, memory, reorder, stream}
import org.bytedeco.javacpp.Pointer

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
    output: memory,
    features: Option[memory],
    steps: IndexedSeq[Step]
) extends AutoCloseable {

  /** Computes logits and features.
    *
    * @param pixels
    *   float32 [images, 3, height, width]
    * @param logits
    *   float32 [images, classes], written
    * @param pooled
    *   float32 [images, features], written: the input of the classifier
    * @throws vitscale.ModelException
    *   if a step fails
    */
  def run(pixels: Pointer, logits: Pointer, pooled: Pointer): Unit = {
    input.set_data_handle(pixels)
    output.set_data_handle(logits)
    features.foreach(_.set_data_handle(pooled))
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
    val (hidden, classes) = (config.hidden.toLong, config.classes.toLong)
    val residual = builder.tensor(data_type.f32, images.toLong * config.tokens, hidden)
    val head = new ClassifierHead(builder, pack, config, numbers.other)
    val last =
      if (head.tokens == config.tokens) residual
      else builder.tensor(data_type.f32, images.toLong * head.tokens, hidden)
    val input = new PatchEmbedding(builder, pack, config, numbers.other).add(residual, images)
    lazy val coded = new EncoderBlock(builder, pack, config, numbers, images, scales, observer)
    lazy val exact = new EncoderBlock(builder, pack, config, numbers.withoutCodes, images, None, observer)
    (0 until config.layers).foreach { index =>
      val block = if (numbers.isInt8 && scales.exists(_.blocks(index).isDefined)) coded else exact
      // The last block computes no tokens that the classifier does not read.
      if (index < config.layers - 1) block.add(index, residual, residual, config.tokens)
      else block.add(index, residual, last, head.tokens)
    }
    val output = builder.view(Descs.dense(data_type.f32, images.toLong, classes), null: Pointer)
    val pooled = head.pool(last, images)
    val features = if (config.features == 0) None else Some(copied(builder, pooled))
    head.classify(pooled, output, images)
    val work = scope.own(new stream(OneDnn.processor))
    new VitPlan(images, builder.implementations, scope, work.get(), input, output, features, builder.steps())
  }

  /** Copies the input of the classifier as float32 to memory that each run names. */
  private def copied(builder: PlanBuilder, source: memory): memory = {
    val shape = source.get_desc().get_dims()
    val target = builder.view(Descs.dense(data_type.f32, shape.get(0), shape.get(1)), null: Pointer)
    val description = OneDnn.explained("copy the features") {
      new reorder.primitive_desc(
        OneDnn.processor,
        source.get_desc(),
        OneDnn.processor,
        target.get_desc(),
        builder.attributes(),
        false
      )
    }
    builder.execute("features", description, new reorder(description))(
      dnnl.DNNL_ARG_FROM -> source,
      dnnl.DNNL_ARG_TO -> target
    )
    target
  }
}
