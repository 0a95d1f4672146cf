package vitscale.onednn.vit

import org.bytedeco.dnnl.memory.data_type

import vitscale.onednn.int8.MixedPrecision
import vitscale.onednn.layer.{TokenRange, WeightPack}
import vitscale.onednn.pass.BatchPlan

/** The plan of a ViT for batches of one size. */
private[onednn] object VitPlan {

  /** @throws vitscale.ModelException
    *   if weights are missing or have another shape, or oneDNN lacks a primitive
    */
  def build(
      config: VitConfig,
      pack: WeightPack,
      precision: MixedPrecision,
      images: Int,
      observer: Option[ActivationObserver] = None
  ): BatchPlan = BatchPlan.build(images) { builder =>
    val numbers = precision.numbers
    val range = TokenRange.all(images, config.tokens)
    val hidden = config.hidden.toLong
    val residual = builder.tensor(data_type.f32, range.rows.toLong, hidden)
    val head = new ClassifierHead(builder, pack, config, numbers.other)
    val last =
      if (head.tokens == config.tokens) residual
      else builder.tensor(data_type.f32, images.toLong * head.tokens, hidden)
    val input = new PatchEmbedding(builder, pack, config, numbers.other).add(residual, images)
    val joined = IndexedSeq(builder.tensor(numbers.other, range.rows.toLong, 3 * hidden))
    new Encoder(builder, pack, config, precision, SequenceShard(range, joined), observer)
      .add(residual, last, head.tokens)
    (input, head.add(last, images))
  }
}
