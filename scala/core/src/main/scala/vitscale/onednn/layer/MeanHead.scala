package vitscale.onednn.layer

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.data_type

import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder

/** Adds the last part of a model whose one classifier reads the mean of all tokens, in float32.
  *
  * @param normOfTokens
  *   layer normalisation before the mean is taken
  * @param normOfMean
  *   layer normalisation of the mean
  * @param epsilon
  *   added to the variance by each
  * @param leading
  *   tokens at the begin of each image that do not count in the mean
  * @param withFirstToken
  *   whether the classifier reads the first token too, before the mean
  * @param classifier
  *   name of the classifier in the checkpoint
  */
final private[onednn] class MeanHead(
    builder: PlanBuilder,
    pack: WeightPack,
    classes: Int,
    epsilon: Float,
    normOfTokens: Option[String] = None,
    normOfMean: Option[String] = None,
    leading: Int = 0,
    withFirstToken: Boolean = false,
    classifier: String = MeanHead.Classifier
) {

  private val layerNorm = new LayerNorm(builder, pack, epsilon)

  /** @param last
    *   [images * tokens, channels], float32; it may be overwritten
    */
  def add(last: memory, images: Int): HeadOutputs = {
    val shape = last.get_desc().get_dims()
    val (tokens, channels) = (shape.get(0) / images, shape.get(1))
    normOfTokens.foreach(layerNorm.add(_, last, last, codes = None))
    val parts = if (withFirstToken) 2L else 1L
    val pooled = builder.tensor(data_type.f32, images.toLong, parts * channels)
    val mean = new TokenMean(builder, leading, tokens.toInt)
    def rows(of: memory, first: Long, count: Long) =
      builder.view(
        Descs.dense(data_type.f32, count, channels),
        Descs.pointer(of, data_type.f32, first * channels)
      )
    (0L until images.toLong).foreach { image =>
      val ofImage = rows(last, image * tokens, tokens)
      if (withFirstToken)
        builder.copy(
          ofImage.get_data_handle(),
          Descs.pointer(pooled, data_type.f32, image * parts * channels),
          channels * java.lang.Float.BYTES
        )
      mean.add(ofImage, rows(pooled, (image + 1) * parts - 1, 1L))
    }
    normOfMean.foreach(layerNorm.add(_, pooled, pooled, codes = None))
    val features = HeadOutputs.features(builder, pooled)
    val logits = HeadOutputs.unplaced(builder, images.toLong, classes.toLong)
    val layer = Linear(Seq(classifier), Seq(classes.toLong, parts * channels))
    new LinearLayers(builder, pack).add(layer, data_type.f32, pooled, logits)
    new HeadOutputs(logits, Some(features))
  }
}

private[onednn] object MeanHead {

  /** The linear layer that gives the logits, in nearly all families. */
  val Classifier = "classifier"
}
