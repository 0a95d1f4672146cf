package vitscale.onednn

import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{dnnl_stream, memory, stream}

/** The forward pass of a ViT over one image on several cores: each thread computes some of its tokens.
  *
  * In each block the threads wait for each other once, between the keys and values, which all of them need, and the attention.
  * The first thread also cuts the image into patches and computes the logits. To be used for one image at a time.
  *
  * @param parts
  *   the steps of each thread
  */
final private[onednn] class SplitPlan private (
    scope: NativeScope,
    input: memory,
    outputs: HeadOutputs,
    meeting: Meeting,
    parts: IndexedSeq[SplitPlan.Part]
) extends AutoCloseable {

  /** Returns the work of each thread; all must run at the same time.
    *
    * @param at
    *   the image, and where its results are written
    */
  def work(at: ImagePlaces): Seq[() => Unit] = {
    input.set_data_handle(at.pixels)
    outputs.writeTo(at.logits, at.features)
    meeting.begin()
    parts.map(part => () => run(part))
  }

  private def run(part: SplitPlan.Part): Unit =
    try part.steps.foreach(_.run(part.stream))
    catch {
      case error: Throwable =>
        meeting.cancel()
        throw error
    }

  override def close(): Unit = scope.close()
}

private[onednn] object SplitPlan {

  /** Fewer tokens than this keep no core busy between two meetings. */
  private val LeastTokens = 8

  /** What one thread does. */
  final private class Part(val stream: dnnl_stream, val steps: IndexedSeq[Step])

  /** The number of threads among which an image can be divided, at most `wanted`. */
  def threads(config: VitConfig, wanted: Int): Int =
    math.max(1, math.min(wanted, config.tokens / LeastTokens))

  /** Builds a plan.
    *
    * @param threads
    *   cores of the pass, see [[threads]]
    * @param scales
    *   for int8 alone
    * @throws vitscale.ModelException
    *   if weights are missing or have another shape, or oneDNN lacks a primitive
    */
  def build(
      config: VitConfig,
      pack: WeightPack,
      numbers: Numbers,
      threads: Int,
      scales: Option[Int8Scales]
  ): SplitPlan = NativeScope.filled { scope =>
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
      val encoder =
        new Encoder(builder, pack, config, numbers, range, joined, scales, meeting = Some(meeting))
      if (readsAll) {
        encoder.add(own, own, range.count)
        builder.meet(meeting)
      } else encoder.add(own, last, if (range.first == 0) head.tokens else 0)
    }
    val outputs = head.add(last, images = 1)
    val parts = builders.map { builder =>
      new Part(scope.own(new stream(OneDnn.processor)).get(), builder.steps())
    }
    new SplitPlan(scope, input, outputs, meeting, parts)
  }
}
