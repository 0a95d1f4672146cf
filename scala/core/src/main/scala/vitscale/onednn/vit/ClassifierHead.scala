package vitscale.onednn.vit

import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{memory, post_ops}

import vitscale.onednn.layer.{HeadOutputs, LayerNorm, Linear, LinearLayers, MeanHead, WeightPack}
import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder
import vitscale.onednn.vit.family.Head

/** Adds the last part of a model to a plan: from the tokens behind the last block to logits.
  *
  * @param elementType
  *   type of the inputs of a classifier on single tokens; means are float32
  */
final private[onednn] class ClassifierHead(
    builder: PlanBuilder,
    pack: WeightPack,
    config: VitConfig,
    elementType: data_type
) {

  private val (hidden, classes) = (config.hidden.toLong, config.classes.toLong)
  private val width = config.pooledSize.toLong
  private val linear = new LinearLayers(builder, pack)
  private val layerNorm = new LayerNorm(builder, pack, config.epsilon)

  /** How many tokens of each image it reads, from the first on. */
  val tokens: Int = config.structure.head match {
    case Head.FirstTokens(_, classifiers) => classifiers.size
    case _: Head.PatchMean => config.tokens
  }

  /** Adds all its steps.
    *
    * @param last
    *   [images * tokens, hidden], float32; it may be overwritten
    */
  def add(last: memory, images: Int): HeadOutputs = config.structure.head match {
    case Head.FirstTokens(norm, classifiers) => addFirstTokens(last, images, norm, classifiers)
    case Head.PatchMean(normOfTokens, normOfMean, withFirstToken, classifier) =>
      new MeanHead(
        builder,
        pack,
        config.classes,
        config.epsilon,
        normOfTokens,
        normOfMean,
        config.leadingTokens,
        withFirstToken,
        classifier
      ).add(last, images)
  }

  private def addFirstTokens(
      last: memory,
      images: Int,
      norm: String,
      classifiers: Seq[String]
  ): HeadOutputs = {
    val logits = HeadOutputs.unplaced(builder, images.toLong, classes)
    val pooled = builder.tensor(elementType, images.toLong, width)
    val rows = Descs.dense(elementType, images.toLong * tokens, hidden)
    layerNorm.add(norm, last, builder.view(rows, pooled.get_data_handle()), codes = None)
    val features = if (config.features == 0) None else Some(HeadOutputs.features(builder, pooled))
    classifiers.zipWithIndex.foreach { case (name, index) =>
      val token = builder.view(
        Descs.strided(elementType, Seq(images.toLong, hidden), Seq(width, 1L)),
        Descs.pointer(pooled, elementType, index * hidden)
      )
      val after = if (tokens == 1) None else Some(averaging(index, tokens))
      linear.add(Linear(Seq(name), Seq(classes, hidden)), elementType, token, logits, after = after)
    }
    new HeadOutputs(logits, features)
  }

  /** Sums up the results of all classifiers; the last one divides the sum. */
  private def averaging(index: Int, count: Int): post_ops = {
    val made = if (index == 0) new post_ops() else LinearLayers.sum
    if (index == count - 1) made.append_eltwise(algorithm.eltwise_linear, 1f / count, 0f)
    made
  }
}
