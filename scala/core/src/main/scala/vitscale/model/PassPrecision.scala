package vitscale.model

/** A precision by its name: `int8`, or `int8-tome8`, where each block of a ViT merges eight pairs of the tokens of an image.
  *
  * @param numbers
  *   what the forward pass computes with: `fp32`, `bf16`, ...
  * @param mergedPairs
  *   pairs of tokens that each block merges but the last one; 0 for none
  */
final private[vitscale] case class PassPrecision(numbers: String, mergedPairs: Int)

private[vitscale] object PassPrecision {

  private val Merging = "(.+)-tome([1-9][0-9]{0,5})".r

  def of(name: String): PassPrecision = name match {
    case Merging(numbers, pairs) => PassPrecision(numbers, pairs.toInt)
    case _ => PassPrecision(name, 0)
  }
}
