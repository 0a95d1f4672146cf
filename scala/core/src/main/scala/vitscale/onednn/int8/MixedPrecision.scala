package vitscale.onednn.int8

import vitscale.onednn.library.Numbers

/** The types of numbers in which the blocks of a model are computed.
  *
  * @param numbers
  *   of the blocks that 8-bit codes can compute, if `numbers` are 8-bit codes; else of all blocks
  * @param scales
  *   how values become 8-bit codes; none in other precisions
  */
final private[onednn] case class MixedPrecision(numbers: Numbers, scales: Option[Int8Scales] = None) {

  /** Whether 8-bit codes compute a block. */
  def isCoded(block: Int): Boolean = numbers.isInt8 && scalesOf(block).isDefined

  /** How the inputs of a block become 8-bit codes; none where it is computed without. */
  def scalesOf(block: Int): Option[BlockScales] = scales.flatMap(_.blocks(block))

  /** The same with all blocks computed without 8-bit codes. */
  def withoutCodes: MixedPrecision = MixedPrecision(numbers.withoutCodes)
}
