package vitscale.preprocess

/** The steps of an image processor class that differ from resize, crop, rescale, normalise. */
sealed private[preprocess] trait ProcessorSteps

private[preprocess] object ProcessorSteps {

  case object Usual extends ProcessorSteps

  /** Below 384 pixels, the shorter edge is resized to `size / crop_pct` and the middle is cut out; from 384 on, the image is
    * warped to a square.
    */
  case object ConvNext extends ProcessorSteps

  /** The shorter edge is resized to `size / crop_pct`. */
  case object PoolFormer extends ProcessorSteps

  /** The shorter edge is resized to 256/224 of `size`. */
  case object Levit extends ProcessorSteps

  /** `rescale_offset` subtracts 1 after rescaling; `include_top` divides once more by the deviation. */
  case object EfficientNet extends ProcessorSteps

  /** Never normalises; `do_flip_channel_order` puts blue first. */
  case object MobileViT extends ProcessorSteps

  /** Crops as torchvision does. */
  case object Timm extends ProcessorSteps

  /** Never crops. */
  case object Segformer extends ProcessorSteps
}
