package vitscale.onednn

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{matmul, memory, post_ops}

import vitscale.onednn.family.Head

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
  private val linear = new LinearLayers(builder, pack)
  private val layerNorm = new LayerNorm(builder, pack, config)

  /** How many tokens of each image it reads, from the first on. */
  val tokens: Int = config.structure.head match {
    case Head.FirstTokens(_, classifiers) => classifiers.size
    case _: Head.PatchMean => config.tokens
  }

  /** @param residual
    *   [images * tokens, hidden], float32; it may be overwritten
    * @param output
    *   [images, classes], float32
    */
  def add(residual: memory, output: memory, images: Int): Unit = config.structure.head match {
    case head: Head.FirstTokens => addFirstTokens(head, residual, output, images)
    case head: Head.PatchMean => addMean(head, residual, output, images)
  }

  private def addFirstTokens(head: Head.FirstTokens, residual: memory, output: memory, images: Int): Unit = {
    val count = head.classifiers.size
    val normalised = builder.tensor(elementType, images.toLong * count, hidden)
    layerNorm.add(head.norm, residual, normalised, codes = None)
    head.classifiers.zipWithIndex.foreach { case (name, index) =>
      val token = builder.view(
        Descs.strided(elementType, Seq(images.toLong, hidden), Seq(count * hidden, 1L)),
        Descs.pointer(normalised, elementType, index * hidden)
      )
      val after = if (count == 1) None else Some(averaging(index, count))
      linear.add(classifier(name, hidden), elementType, token, output, after = after)
    }
  }

  /** Sums up the results of all classifiers; the last one divides the sum. */
  private def averaging(index: Int, count: Int): post_ops = {
    val made = if (index == 0) new post_ops() else FeedForward.sum
    if (index == count - 1) made.append_eltwise(algorithm.eltwise_linear, 1f / count, 0f)
    made
  }

  private def addMean(head: Head.PatchMean, residual: memory, output: memory, images: Int): Unit = {
    head.normOfTokens.foreach(layerNorm.add(_, residual, residual, codes = None))
    val before = if (head.withFirstToken) hidden else 0L
    val pooled = builder.tensor(data_type.f32, images.toLong, before + hidden)
    (0L until images.toLong).foreach { image =>
      val (from, to) = (image * config.tokens * hidden, image * (before + hidden))
      if (head.withFirstToken)
        builder.copy(
          Descs.pointer(residual, data_type.f32, from),
          Descs.pointer(pooled, data_type.f32, to),
          hidden * java.lang.Float.BYTES
        )
      mean(
        builder.view(
          Descs.dense(data_type.f32, config.tokens.toLong, hidden),
          Descs.pointer(residual, data_type.f32, from)
        ),
        builder.view(
          Descs.dense(data_type.f32, 1L, hidden),
          Descs.pointer(pooled, data_type.f32, to + before)
        )
      )
    }
    head.normOfMean.foreach(layerNorm.add(_, pooled, pooled, codes = None))
    linear.add(classifier(Head.Classifier, before + hidden), data_type.f32, pooled, output)
  }

  /** Computes the mean of the patches as a product with their shares: oneDNN has a fast reduction only over the innermost
    * dimension (`jit_uni_reduction.cpp`).
    */
  private def mean(tokens: memory, result: memory): Unit = {
    val description = OneDnn.explained("take the mean of the patches") {
      new matmul.primitive_desc(
        OneDnn.processor,
        shares.get_desc(),
        tokens.get_desc(),
        result.get_desc(),
        builder.attributes(),
        false
      )
    }
    builder.execute("mean of the patches", description, new matmul(description))(
      dnnl.DNNL_ARG_SRC -> shares,
      dnnl.DNNL_ARG_WEIGHTS -> tokens,
      dnnl.DNNL_ARG_DST -> result
    )
  }

  /** [1, tokens]: 0 for each token before the patches, one part of the mean for each patch. */
  private lazy val shares: memory = {
    val made = builder.tensor(data_type.f32, 1L, config.tokens.toLong)
    val parts = Array.fill(config.leadingTokens)(0f) ++ Array.fill(config.patches)(1f / config.patches)
    Descs.floats(made, config.tokens).put(parts)
    made
  }

  private def classifier(name: String, inputs: Long): Linear = Linear(Seq(name), Seq(classes, inputs))
}
