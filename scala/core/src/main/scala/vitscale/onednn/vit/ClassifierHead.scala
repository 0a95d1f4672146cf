package vitscale.onednn.vit

import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{memory, post_ops}

import vitscale.onednn.layer.{HeadOutputs, LayerNorm, Linear, LinearLayers, MeanHead, TokenMean, WeightPack}
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
  def add(last: memory, images: Int): HeadOutputs = {
    val logits = HeadOutputs.unplaced(builder, images.toLong, classes)
    val pooled = pool(last, images)
    val features = if (config.features == 0) None else Some(HeadOutputs.features(builder, pooled))
    classify(pooled, logits, images)
    new HeadOutputs(logits, features)
  }

  /** Adds the steps from tokens to the input of the classifiers.
    *
    * @param residual
    *   [images * tokens, hidden], float32; it may be overwritten
    * @return
    *   [images, [[VitConfig.pooledSize]]]
    */
  private def pool(residual: memory, images: Int): memory = config.structure.head match {
    case Head.FirstTokens(norm, _) =>
      val pooled = builder.tensor(elementType, images.toLong, width)
      val rows = Descs.dense(elementType, images.toLong * tokens, hidden)
      layerNorm.add(norm, residual, builder.view(rows, pooled.get_data_handle()), codes = None)
      pooled
    case head: Head.PatchMean => poolPatches(head, residual, images)
  }

  /** Adds the classifiers.
    *
    * @param pooled
    *   [images, [[VitConfig.pooledSize]]]
    * @param output
    *   [images, classes], float32
    */
  private def classify(pooled: memory, output: memory, images: Int): Unit = config.structure.head match {
    case Head.FirstTokens(_, classifiers) =>
      classifiers.zipWithIndex.foreach { case (name, index) =>
        val token = builder.view(
          Descs.strided(elementType, Seq(images.toLong, hidden), Seq(width, 1L)),
          Descs.pointer(pooled, elementType, index * hidden)
        )
        val after = if (tokens == 1) None else Some(averaging(index, tokens))
        linear.add(classifier(name, hidden), elementType, token, output, after = after)
      }
    case _: Head.PatchMean =>
      linear.add(classifier(MeanHead.Classifier, width), data_type.f32, pooled, output)
  }

  /** Sums up the results of all classifiers; the last one divides the sum. */
  private def averaging(index: Int, count: Int): post_ops = {
    val made = if (index == 0) new post_ops() else LinearLayers.sum
    if (index == count - 1) made.append_eltwise(algorithm.eltwise_linear, 1f / count, 0f)
    made
  }

  private def poolPatches(head: Head.PatchMean, residual: memory, images: Int): memory = {
    head.normOfTokens.foreach(layerNorm.add(_, residual, residual, codes = None))
    val pooled = builder.tensor(data_type.f32, images.toLong, width)
    val mean = new TokenMean(builder, config.leadingTokens, config.tokens)
    (0L until images.toLong).foreach { image =>
      val first = Descs.pointer(residual, data_type.f32, image * config.tokens * hidden)
      if (head.withFirstToken)
        builder.copy(
          first,
          Descs.pointer(pooled, data_type.f32, image * width),
          hidden * java.lang.Float.BYTES
        )
      mean.add(
        builder.view(Descs.dense(data_type.f32, config.tokens.toLong, hidden), first),
        builder.view(
          Descs.dense(data_type.f32, 1L, hidden),
          Descs.pointer(pooled, data_type.f32, (image + 1) * width - hidden)
        )
      )
    }
    head.normOfMean.foreach(layerNorm.add(_, pooled, pooled, codes = None))
    pooled
  }

  private def classifier(name: String, inputs: Long): Linear = Linear(Seq(name), Seq(classes, inputs))
}
