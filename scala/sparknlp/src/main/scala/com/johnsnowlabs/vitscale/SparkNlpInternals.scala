package com.johnsnowlabs.vitscale

import java.awt.image.BufferedImage
import java.util.Collections

import scala.jdk.CollectionConverters._

import ai.onnxruntime.OnnxTensor
import com.johnsnowlabs.ml.util.ONNX
import com.johnsnowlabs.nlp.AnnotationImage
import com.johnsnowlabs.nlp.annotators.cv.ViTForImageClassification
import com.johnsnowlabs.nlp.annotators.cv.feature_extractor.Preprocessor
import com.johnsnowlabs.nlp.annotators.cv.util.io.ImageIOUtils
import com.johnsnowlabs.nlp.annotators.cv.util.transform.ImageResizeUtils
import org.apache.spark.ml.PipelineModel
import org.apache.spark.sql.Row

/** Seconds of each stage of Spark NLP for one batch. The last stage is the rest of the whole call, so it includes the noise
  * of all others. With TensorFlow, the copy into the tensor is part of the forward pass.
  */
final case class StockStages(
    resize: Double,
    normalise: Double,
    copy: Double,
    forward: Double,
    postprocess: Double
)

/** Access to the pixels and logits of Spark NLP's ViT, computed by its own code; its public API returns only labels. The
  * class is in this package because these parts are private to `com.johnsnowlabs`.
  */
final class SparkNlpInternals(pipeline: PipelineModel) {

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
    scores(inside.encode(Array(annotation(image)), preprocessor))
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

  /** Measure the stages of one batch, by calling the parts of Spark NLP one after another.
    *
    * @param images
    *   rows of Spark's image schema, one batch
    */
  def stages(images: Seq[Row]): StockStages = {
    val inside = annotator.getModelIfNotSet
    val annotations = images.map(annotation).toArray
    val (resized, resize) = timed(annotations.map(resizedImage))
    val (tensor, normalise) = timed(resized.map(normalised))
    val (_, scoring) = timed(scores(tensor))
    val (copy, forward) = if (isOnnx) scoringParts(tensor) else (0.0, scoring)
    val (_, whole) = timed(inside.predict(annotations, annotations.length, preprocessor))
    StockStages(
      resize,
      normalise,
      copy,
      forward,
      postprocess = math.max(0, whole - resize - normalise - scoring)
    )
  }

  /** The scoring again, in its two parts: seconds of the copy into ONNX Runtime's tensor, and of the forward pass. */
  private def scoringParts(tensor: Array[Array[Array[Array[Float]]]]): (Double, Double) = {
    val wrapper = annotator.getModelIfNotSet.onnxWrapper.get
    val (session, environment) =
      wrapper.getSession(Map.empty) // open since the first scoring: options count no more
    val (input, copy) = timed(OnnxTensor.createTensor(environment, tensor))
    try {
      val (_, forward) = timed(
        session.run(Collections.singletonMap(session.getInputNames.asScala.head, input)).close()
      )
      (copy, forward)
    } finally input.close()
  }

  private def isOnnx: Boolean = annotator.getModelIfNotSet.detectedEngine == ONNX.name

  /** Logits of a batch, one image after another. */
  private def scores(tensor: Array[Array[Array[Array[Float]]]]): Array[Float] = {
    val inside = annotator.getModelIfNotSet
    if (isOnnx) inside.getRawScoresWithOnnx(tensor) else inside.getRawScoresWithTF(tensor)
  }

  private def resizedImage(image: AnnotationImage): BufferedImage = {
    val pixels = ImageIOUtils.byteToBufferedImage(image.result, image.width, image.height, image.nChannels)
    if (annotator.getDoResize) ImageResizeUtils.resizeBufferedImage(size, size, annotator.getResample)(pixels)
    else pixels
  }

  private def normalised(image: BufferedImage): Array[Array[Array[Float]]] =
    ImageResizeUtils.normalizeAndConvertBufferedImage(
      image,
      preprocessor.image_mean,
      preprocessor.image_std,
      preprocessor.do_normalize,
      preprocessor.do_rescale,
      preprocessor.rescale_factor
    )

  private def timed[A](work: => A): (A, Double) = {
    val start = System.nanoTime()
    val result = work
    (result, (System.nanoTime() - start) / 1e9)
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
