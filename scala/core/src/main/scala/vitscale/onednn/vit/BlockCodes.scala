package vitscale.onednn.vit

import vitscale.onednn.int8.{BlockRanges, BlockScales}
import vitscale.onednn.layer.{CodeScales, QuantisedRows}

/** How the inputs of the linear layers of a block become 8-bit codes; none where the block is computed without.
  *
  * @param scales
  *   what calibration found for the block
  */
final private[onednn] class BlockCodes(config: VitConfig, scales: Option[BlockScales]) {

  val attentionInput: Option[CodeScales] = centred(_.attentionInput, _.attentionSmoothing)
  val attentionOutput: Option[CodeScales] = centred(_.attentionOutput, _ => IndexedSeq.empty)
  val feedForwardInput: Option[CodeScales] = centred(_.feedForwardInput, _.feedForwardSmoothing)

  /** The codes begin at the smallest value of the activation, which the bias of the second layer takes up. Behind a gate values
    * lie on both sides of 0.
    */
  val feedForwardHidden: Option[CodeScales] =
    if (config.isGated) centred(_.feedForwardHidden, _ => IndexedSeq.empty)
    else
      scales.map { one =>
        val least = config.activation.least
        CodeScales((one.ranges.feedForwardHidden - least) / BlockCodes.LargestU8, inputShift = least)
      }

  private def centred(
      range: BlockRanges => Float,
      smoothing: BlockScales => IndexedSeq[Float]
  ): Option[CodeScales] =
    scales.map(one =>
      CodeScales.centred(range(one.ranges) / QuantisedRows.LargestCode).copy(smoothing = smoothing(one))
    )
}

private[onednn] object BlockCodes {

  /** Largest code without a sign. */
  val LargestU8 = 255f
}
