package vitscale.onednn

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{matmul, memory, post_ops, reorder}
import org.bytedeco.javacpp.Pointer

import vitscale.onednn.family.Head

/** What a plan writes, in memory that each run names.
  *
  * @param logits
  *   float32 [images, classes]
  * @param features
  *   float32 [images, features]: the input of the classifier; none if it has several
  */
final private[onednn] class HeadOutputs(logits: memory, features: Option[memory]) {
  def writeTo(logitsAt: Pointer, featuresAt: Pointer): Unit = {
    logits.set_data_handle(logitsAt)
    features.foreach(_.set_data_handle(featuresAt))
  }
}

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
    val logits = builder.view(Descs.dense(data_type.f32, images.toLong, classes), null: Pointer)
    val pooled = pool(last, images)
    val features = if (config.features == 0) None else Some(copied(pooled))
    classify(pooled, logits, images)
    new HeadOutputs(logits, features)
  }

  /** Copies the input of the classifiers as float32 to memory that each run names. */
  private def copied(source: memory): memory = {
    val shape = source.get_desc().get_dims()
    val target = builder.view(Descs.dense(data_type.f32, shape.get(0), shape.get(1)), null: Pointer)
    val description = OneDnn.explained("copy the features") {
      new reorder.primitive_desc(
        OneDnn.processor,
        source.get_desc(),
        OneDnn.processor,
        target.get_desc(),
        builder.attributes(),
        false
      )
    }
    builder.execute("features", description, new reorder(description))(
      dnnl.DNNL_ARG_FROM -> source,
      dnnl.DNNL_ARG_TO -> target
    )
    target
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
      linear.add(classifier(Head.Classifier, width), data_type.f32, pooled, output)
  }

  /** Sums up the results of all classifiers; the last one divides the sum. */
  private def averaging(index: Int, count: Int): post_ops = {
    val made = if (index == 0) new post_ops() else FeedForward.sum
    if (index == count - 1) made.append_eltwise(algorithm.eltwise_linear, 1f / count, 0f)
    made
  }

  private def poolPatches(head: Head.PatchMean, residual: memory, images: Int): memory = {
    head.normOfTokens.foreach(layerNorm.add(_, residual, residual, codes = None))
    val pooled = builder.tensor(data_type.f32, images.toLong, width)
    (0L until images.toLong).foreach { image =>
      val first = Descs.pointer(residual, data_type.f32, image * config.tokens * hidden)
      if (head.withFirstToken)
        builder.copy(
          first,
          Descs.pointer(pooled, data_type.f32, image * width),
          hidden * java.lang.Float.BYTES
        )
      mean(
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
