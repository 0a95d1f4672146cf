package com.johnsnowlabs.vitscale

import com.johnsnowlabs.nlp.AnnotationImage
import com.johnsnowlabs.nlp.annotators.cv.ViTForImageClassification
import com.johnsnowlabs.nlp.annotators.cv.feature_extractor.Preprocessor
import org.apache.spark.ml.PipelineModel
import org.apache.spark.sql.Row

/** Looks inside Spark NLP's ViT, which answers with labels alone: its own pixels and its own logits, made by its own
  * code. It stands in this package because Spark NLP opens these parts to `com.johnsnowlabs` alone.
  */
final class StockInside(pipeline: PipelineModel) {

  private val annotator = pipeline.stages
    .collectFirst { case vit: ViTForImageClassification => vit }
    .getOrElse(throw new IllegalArgumentException("the pipeline has no ViTForImageClassification"))

  private val preprocessor = Preprocessor(
    do_normalize = annotator.getDoNormalize,
    do_resize = annotator.getDoResize,
    feature_extractor_type = annotator.getFeatureExtractorType,
    image_mean = annotator.getImageMean,
    image_std = annotator.getImageStd,
    resample = annotator.getResample,
    size = annotator.getSize
  )

  val size: Int = annotator.getSize

  /** @param image
    *   a row of Spark's image schema
    */
  def logits(image: Row): Array[Float] = {
    val inside = annotator.getModelIfNotSet
    inside.getRawScoresWithOnnx(inside.encode(Array(annotation(image)), preprocessor))
  }

  /** @param image
    *   a row of Spark's image schema
    * @return
    *   8-bit RGB values after Spark NLP's resize, height x width x 3
    */
  def pixels(image: Row): Array[Byte] = {
    val untouched = preprocessor.copy(do_normalize = false, do_rescale = false)
    val planes = annotator.getModelIfNotSet.encode(Array(annotation(image)), untouched).head
    for {
      y <- Array.range(0, size)
      x <- 0 until size
      channel <- 0 until 3
    } yield planes(channel)(y)(x).round.toByte
  }

  /** As `ImageAssembler` makes it. */
  private def annotation(image: Row): AnnotationImage = AnnotationImage(
    annotatorType = "image",
    origin = image.getAs[String]("origin"),
    height = image.getAs[Int]("height"),
    width = image.getAs[Int]("width"),
    nChannels = image.getAs[Int]("nChannels"),
    mode = image.getAs[Int]("mode"),
    result = image.getAs[Array[Byte]]("data"),
    metadata = Map.empty
  )
}
