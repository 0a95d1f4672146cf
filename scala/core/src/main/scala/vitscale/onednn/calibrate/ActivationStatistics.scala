package vitscale.onednn.calibrate

import java.nio.FloatBuffer

import vitscale.onednn.int8.BlockRanges
import vitscale.onednn.layer.QuantisedRows
import vitscale.onednn.vit.{ActivationObserver, ActivationPlace, BlockCodes, VitConfig}

/** Largest magnitude of each channel behind the layer normalisations, in float32. */
final private[calibrate] class ChannelPeaks(config: VitConfig) extends ActivationObserver {

  private val peaks: Map[ActivationPlace, IndexedSeq[Array[Float]]] =
    Seq[ActivationPlace](ActivationPlace.AttentionInput, ActivationPlace.FeedForwardInput).map { place =>
      place -> IndexedSeq.fill(config.layers)(new Array[Float](config.hidden))
    }.toMap

  override def see(block: Int, place: ActivationPlace, values: FloatBuffer): Unit =
    peaks.get(place).foreach { blocks =>
      val channels = blocks(block)
      var i = 0
      while (i < values.limit()) {
        val channel = i % channels.length
        channels(channel) = math.max(channels(channel), math.abs(values.get(i)))
        i += 1
      }
    }

  def of(place: ActivationPlace, block: Int): IndexedSeq[Float] = peaks(place)(block).toIndexedSeq
}

/** Ranges of all inputs of linear layers.
  *
  * @param smoothing
  *   what channels are divided by before they are counted; empty for nothing
  */
final private[calibrate] class RangeStatistics(
    config: VitConfig,
    smoothing: (ActivationPlace, Int) => IndexedSeq[Float]
) extends ActivationObserver {

  private val histograms = IndexedSeq.fill(config.layers)(
    ActivationPlace.all.map { place =>
      place -> new RangeHistogram(if (hasSign(place)) 0f else config.activation.least)
    }.toMap
  )

  override def see(block: Int, place: ActivationPlace, values: FloatBuffer): Unit = {
    val (histogram, divisors) = (histograms(block)(place), smoothing(place, block).toArray)
    if (divisors.isEmpty) histogram.add(values)
    else {
      var i = 0
      while (i < values.limit()) {
        histogram.add(values.get(i) / divisors(i % divisors.length))
        i += 1
      }
    }
  }

  def ranges(block: Int): BlockRanges = {
    def best(place: ActivationPlace) =
      histograms(block)(place).best(
        if (hasSign(place)) QuantisedRows.LargestCode else BlockCodes.LargestU8.toInt
      )
    BlockRanges(
      best(ActivationPlace.AttentionInput),
      best(ActivationPlace.AttentionOutput),
      best(ActivationPlace.FeedForwardInput),
      best(ActivationPlace.FeedForwardHidden)
    )
  }

  private def hasSign(place: ActivationPlace) = config.isGated || place != ActivationPlace.FeedForwardHidden
}

/** Shows the same values to several. */
final private[calibrate] class Observers(all: ActivationObserver*) extends ActivationObserver {
  override def see(block: Int, place: ActivationPlace, values: FloatBuffer): Unit =
    all.foreach(_.see(block, place, values.duplicate()))
}
