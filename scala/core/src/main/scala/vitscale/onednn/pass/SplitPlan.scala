package vitscale.onednn.pass

import org.bytedeco.dnnl.{dnnl_stream, memory}

import vitscale.onednn.layer.HeadOutputs
import vitscale.onednn.library.NativeScope
import vitscale.onednn.plan.{Meeting, Step}

/** The forward pass of a ViT over one image on several cores: each thread computes some of its tokens.
  *
  * In each block the threads wait for each other once, between the keys and values, which all of them need, and the attention.
  * The first thread also cuts the image into patches and computes the logits. To be used for one image at a time.
  *
  * @param parts
  *   the steps of each thread
  */
final private[onednn] class SplitPlan(
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

  /** What one thread does. */
  final class Part(val stream: dnnl_stream, val steps: IndexedSeq[Step])
}
