package vitscale.onednn.pass

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.int8.{CodedBlocks, MixedPrecision}
import vitscale.onednn.layer.WeightPack

/** A model that this engine runs, as its `config.json` describes it. */
private[onednn] trait Architecture {

  /** Height and width of the images that it sees, in pixels. */
  def imageHeight: Int
  def imageWidth: Int

  /** Number of labels. */
  def classes: Int

  /** Numbers of the features of one image, which one linear layer reads; 0 if several layers read several tokens. */
  def features: Int

  /** The blocks that 8-bit codes can compute; none where the engine has fp32 and bf16 alone. */
  def codedBlocks: Option[CodedBlocks]

  /** The same, where each block merges pairs of tokens of an image; none if its tokens cannot be merged. */
  def merging(pairs: Int): Option[Architecture]

  /** What makes the plans of an open model. */
  def plans(pack: WeightPack, precision: MixedPrecision): Plans

  /** Numbers of one image. */
  final def pixels: Int = Settings.Channels * imageHeight * imageWidth
}
