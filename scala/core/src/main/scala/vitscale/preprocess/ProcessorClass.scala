package vitscale.preprocess

import vitscale.resize.{Resample, TargetSize}

/** An image processor class of Transformers: the defaults of settings that its JSON lacks, and the steps that only it has.
  *
  * Source: `image_processing_pil_*.py` of Transformers 5.23. All resize, rescale by 1/255 and normalise, unless told
  * otherwise; MobileViT never normalises.
  *
  * @param size
  *   target size
  * @param squareSize
  *   whether a `size` of one number means both edges, and not the shorter one
  * @param crop
  *   edge of the square that is cut out, where cropping is on and has no `crop_size`
  * @param centerCrop
  *   whether cropping is on
  * @param mean
  *   of each channel
  * @param deviation
  *   standard deviation of each channel
  * @param steps
  *   what differs from the usual steps
  */
final private[preprocess] case class ProcessorClass(
    resample: Resample = Resample.Bicubic,
    size: TargetSize = TargetSize.Fixed(224, 224),
    squareSize: Boolean = true,
    crop: Option[Int] = None,
    centerCrop: Boolean = false,
    mean: Seq[Double] = ProcessorClass.Half,
    deviation: Seq[Double] = ProcessorClass.Half,
    steps: ProcessorSteps = ProcessorSteps.Usual
)

private[preprocess] object ProcessorClass {

  private val Half = Seq(0.5, 0.5, 0.5)
  private val ImageNetMean = Seq(0.485, 0.456, 0.406)
  private val ImageNetDeviation = Seq(0.229, 0.224, 0.225)
  private val ClipMean = Seq(0.48145466, 0.4578275, 0.40821073)
  private val ClipDeviation = Seq(0.26862954, 0.26130258, 0.27577711)

  private val vit = ProcessorClass(Resample.Bilinear)

  /** Resizes the shorter edge and cuts out the middle. */
  private def cropping(edge: Int, crop: Int, resample: Resample = Resample.Bicubic): ProcessorClass =
    ProcessorClass(
      resample,
      TargetSize.ShortestEdge(edge),
      squareSize = false,
      crop = Some(crop),
      centerCrop = true
    )

  private def imageNet(one: ProcessorClass): ProcessorClass =
    one.copy(mean = ImageNetMean, deviation = ImageNetDeviation)

  private val clip = cropping(224, 224).copy(mean = ClipMean, deviation = ClipDeviation)
  private val mobileNet = cropping(256, 224, Resample.Bilinear)

  private val byName: Map[String, ProcessorClass] = Map(
    "Beit" -> ProcessorClass(crop = Some(224)),
    "Bit" -> clip,
    "CLIP" -> clip,
    "ConvNext" -> ProcessorClass(
      size = TargetSize.ShortestEdge(384),
      squareSize = false,
      steps = ProcessorSteps.ConvNext
    ),
    "DeiT" -> ProcessorClass(size = TargetSize.Fixed(256, 256), crop = Some(224), centerCrop = true),
    "EfficientNet" -> ProcessorClass(
      size = TargetSize.Fixed(346, 346),
      crop = Some(289),
      steps = ProcessorSteps.EfficientNet
    ),
    "Levit" -> imageNet(cropping(224, 224)).copy(steps = ProcessorSteps.Levit),
    "MobileNetV1" -> mobileNet,
    "MobileNetV2" -> mobileNet,
    "MobileViT" -> cropping(224, 256).copy(steps = ProcessorSteps.MobileViT),
    "PoolFormer" -> imageNet(cropping(224, 224)).copy(steps = ProcessorSteps.PoolFormer),
    "Pvt" -> imageNet(ProcessorClass()),
    "Segformer" -> imageNet(vit).copy(
      size = TargetSize.Fixed(512, 512),
      steps = ProcessorSteps.Segformer
    ),
    "Siglip" -> ProcessorClass(squareSize = false),
    "TimmWrapper" -> ProcessorClass(steps = ProcessorSteps.Timm),
    "ViT" -> vit
  )

  private val TypeName = "(.+?)(?:ImageProcessor(?:Fast|Pil)?|FeatureExtractor)".r

  /** The class that a file names; that of ViT where it names none.
    *
    * @throws vitscale.ModelException
    *   if it is none of these
    */
  def of(settings: ProcessorSettings): ProcessorClass =
    settings.name("image_processor_type").orElse(settings.name("feature_extractor_type")) match {
      case None => vit
      case Some(TypeName(model)) if byName.contains(model) => byName(model)
      case Some(other) =>
        settings.refuse(
          "image_processor_type",
          s"$other is not supported, expected that of ${byName.keys.toSeq.sorted.mkString(", ")}"
        )
    }
}
