package vitscale.onednn.vit

import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.stream

import vitscale.onednn.int8.MixedPrecision
import vitscale.onednn.layer.{TokenRange, WeightPack}
import vitscale.onednn.library.{Descs, NativeScope, OneDnn}
import vitscale.onednn.pass.SplitPlan
import vitscale.onednn.plan.{Meeting, PlanBuilder}

/** The plan of a ViT for one image on several cores. */
private[onednn] object VitSplitPlan {

  /** Fewer tokens than this keep no core busy between two meetings. */
  private val LeastTokens = 8

  /** The number of threads among which an image can be divided, at most `wanted`. */
  def threads(config: VitConfig, wanted: Int): Int =
    math.max(1, math.min(wanted, config.tokens / LeastTokens))

  /** Builds a plan.
    *
    * @param threads
    *   cores of the pass, see [[threads]]
    * @throws vitscale.ModelException
    *   if weights are missing or have another shape, or oneDNN lacks a primitive
    */
  def build(
      config: VitConfig,
      pack: WeightPack,
      precision: MixedPrecision,
      threads: Int
  ): SplitPlan = NativeScope.filled { scope =>
    val numbers = precision.numbers
    val (hidden, tokens) = (config.hidden.toLong, config.tokens.toLong)
    val meeting = new Meeting(threads)
    val ranges = TokenRange.parts(config.tokens, threads)
    val builders = ranges.map(_ => new PlanBuilder(scope))
    val first = builders.head
    val head = new ClassifierHead(first, pack, config, numbers.other)
    val residual = first.tensor(data_type.f32, tokens, hidden)
    val joined = IndexedSeq.fill(2)(first.tensor(numbers.other, tokens, 3 * hidden))
    val readsAll = head.tokens == config.tokens
    val last = if (readsAll) residual else first.tensor(data_type.f32, head.tokens.toLong, hidden)
    val input = new PatchEmbedding(first, pack, config, numbers.other).add(residual, images = 1)
    builders.zip(ranges).foreach { case (builder, range) =>
      builder.meet(meeting)
      val own = builder.view(
        Descs.dense(data_type.f32, range.count.toLong, hidden),
        Descs.pointer(residual, data_type.f32, range.first * hidden)
      )
      val shard = SequenceShard(range, joined, Some(meeting))
      val encoder = new Encoder(builder, pack, config, precision, shard)
      if (readsAll) {
        encoder.add(own, own, range.count)
        builder.meet(meeting)
      } else encoder.add(own, last, if (range.first == 0) head.tokens else 0)
    }
    val outputs = head.add(last, images = 1)
    val parts = builders.map { builder =>
      new SplitPlan.Part(scope.own(new stream(OneDnn.processor)).get(), builder.steps())
    }
    new SplitPlan(scope, input, outputs, meeting, parts)
  }
}
