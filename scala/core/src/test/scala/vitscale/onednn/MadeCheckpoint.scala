package vitscale.onednn

import java.io.RandomAccessFile
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Path
import java.nio.{ByteBuffer, ByteOrder}

import com.fasterxml.jackson.databind.ObjectMapper

import vitscale.onednn.vit.family.Head
import vitscale.onednn.vit.{BlockWeights, VitConfig}

/** Checkpoints with made weights. */
object MadeCheckpoint {

  private val json = new ObjectMapper()

  /** Writes the `model.safetensors` of a ViT, with every tensor that the engine reads.
    *
    * @param weight
    *   the value of each weight by its number
    */
  def write(folder: Path, config: VitConfig, weight: Int => Float): Unit =
    write(folder, tensors(config), weight)

  /** Writes a `model.safetensors`.
    *
    * @param tensors
    *   names and shapes
    */
  def write(folder: Path, tensors: Map[String, Seq[Long]], weight: Int => Float): Unit = {
    val header = json.createObjectNode()
    val size = tensors.foldLeft(0L) { case (begin, (name, shape)) =>
      val end = begin + shape.product * java.lang.Float.BYTES
      val entry = header.putObject(name)
      entry.put("dtype", "F32")
      shape.foreach(entry.withArray("shape").add(_))
      entry.withArray("data_offsets").add(begin).add(end)
      end
    }
    val text = json.writeValueAsString(header).getBytes(UTF_8)
    val length = ByteBuffer.allocate(java.lang.Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
    length.putLong(0, text.length.toLong)
    val file = new RandomAccessFile(folder.resolve("model.safetensors").toFile, "rw")
    try {
      file.write(length.array)
      file.write(text)
      file.write(numbers((size / java.lang.Float.BYTES).toInt, weight))
    } finally file.close()
  }

  private def numbers(count: Int, weight: Int => Float): Array[Byte] = {
    val made =
      ByteBuffer.allocate(Math.multiplyExact(count, java.lang.Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN)
    val floats = made.asFloatBuffer()
    (0 until count).foreach(number => floats.put(number, weight(number)))
    made.array
  }

  private def tensors(config: VitConfig): Map[String, Seq[Long]] =
    (embedding(config) ++ (0 until config.layers).flatMap(block(config, _)) ++ head(config)).toMap

  private def embedding(config: VitConfig): Seq[(String, Seq[Long])] = {
    val parts = config.structure.embedding
    val hidden = config.hidden
    val positioned = parts.leading.filter(_.havePositions).map(_.count).sum
    val (height, width) = config.positionGrid
    parts.leading.map(tokens => tokens.tensor -> tokens.shape(hidden)) ++
      parts.positions.map(one => one.tensor -> one.shape(positioned + height * width, hidden)) ++
      parts.norm.toSeq.flatMap(norm(_, hidden)) ++
      linear(parts.patches, Seq(hidden.toLong, 3L, config.patchHeight.toLong, config.patchWidth.toLong))
  }

  private def block(config: VitConfig, index: Int): Seq[(String, Seq[Long])] = {
    val weights = new BlockWeights(config, index)
    val layers =
      Seq(weights.queryKeyValue, weights.attentionOutput, weights.feedForwardIn, weights.feedForwardOut)
    val distances = (2L * config.gridHeight - 1) * (2L * config.gridWidth - 1) + 3
    Seq(weights.normBeforeAttention, weights.normBeforeFeedForward).flatMap(norm(_, config.hidden)) ++
      layers.flatMap(layer => layer.parts.flatMap(linear(_, layer.weightShape))) ++
      layers.flatMap(_.outputFactors).map(_ -> Seq(config.hidden.toLong)) ++
      weights.relativePositions.map(_ -> Seq(distances, config.heads.toLong))
  }

  private def head(config: VitConfig): Seq[(String, Seq[Long])] = {
    val (hidden, classes) = (config.hidden.toLong, config.classes.toLong)
    config.structure.head match {
      case Head.FirstTokens(name, classifiers) =>
        norm(name, config.hidden) ++ classifiers.flatMap(linear(_, Seq(classes, hidden)))
      case Head.PatchMean(normOfTokens, normOfMean, _, classifier) =>
        (normOfTokens ++ normOfMean).toSeq.flatMap(norm(_, config.hidden)) ++
          linear(classifier, Seq(classes, config.pooledSize.toLong))
    }
  }

  /** Weight and bias of a linear layer or a convolution. */
  def linear(name: String, shape: Seq[Long]): Seq[(String, Seq[Long])] =
    Seq(s"$name.weight" -> shape, s"$name.bias" -> shape.take(1))

  def norm(name: String, hidden: Int): Seq[(String, Seq[Long])] =
    Seq("weight", "bias").map(part => s"$name.$part" -> Seq(hidden.toLong))
}
