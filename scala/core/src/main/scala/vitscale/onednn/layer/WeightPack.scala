package vitscale.onednn.layer

import java.nio.FloatBuffer

import scala.collection.mutable

import org.bytedeco.dnnl.memory.{data_type, desc}
import org.bytedeco.dnnl.{memory, reorder, stream}

import vitscale.onednn.checkpoint.SafeTensors
import vitscale.onednn.library.{Descs, NativeScope, OneDnn}

/** A model's weights in the layouts that oneDNN's primitives prefer, made once and shared by all workers.
  *
  * Safe for use by many threads.
  */
final private[onednn] class WeightPack(checkpoint: SafeTensors) extends AutoCloseable {

  private val scope = new NativeScope()
  private val vectors = mutable.Map.empty[String, memory]
  private val packed = mutable.Map.empty[(String, data_type), Seq[(desc, memory)]]
  private val quantised = mutable.Map.empty[String, QuantisedRows]

  /** The layout in which a layer's weights were packed first. */
  def layout(layer: Linear, weightType: data_type): Option[desc] = synchronized {
    packed.get(layer.name -> weightType).flatMap(_.headOption).map(_._1)
  }

  /** A layer's weights in a layout.
    *
    * @param smoothing
    *   factors of the input channels, the same for all plans of this pack; empty for none
    */
  def weights(
      layer: Linear,
      weightType: data_type,
      wanted: desc,
      smoothing: IndexedSeq[Float] = IndexedSeq.empty
  ): memory =
    laidOut(layer.name -> weightType, wanted)(linearWeights(layer, weightType, smoothing))

  /** The kernel of a convolution, float32, in a layout.
    *
    * @param shape
    *   in the checkpoint: [outputs, inputs of a group, height, width]
    * @param dims
    *   the same numbers as oneDNN counts them
    */
  def kernel(name: String, shape: Seq[Long], dims: Seq[Long], wanted: desc): memory =
    laidOut(name -> data_type.f32, wanted) {
      val made = new memory(Descs.dense(data_type.f32, dims: _*), OneDnn.processor)
      checkpoint.read(name, shape, Descs.floats(made, shape.product.toInt))
      made
    }

  /** Weights in a layout, made when they are first wanted so. */
  private def laidOut(key: (String, data_type), wanted: desc)(weights: => memory): memory = synchronized {
    val made = packed.getOrElse(key, Seq.empty)
    made.collectFirst { case (found, weights) if found.equals(wanted) => weights }.getOrElse {
      val target = scope.own(new memory(wanted, OneDnn.processor))
      NativeScope.temporary(WeightPack.convert(weights, target))
      packed(key) = made :+ (scope.own(target.get_desc()) -> target)
      target
    }
  }

  private def linearWeights(
      layer: Linear,
      weightType: data_type,
      smoothing: IndexedSeq[Float]
  ): memory = {
    val rows = read(layer)
    if (smoothing.nonEmpty) WeightPack.scaleColumns(Descs.floats(rows, layer.weights), smoothing.toArray)
    if (weightType == data_type.s8) {
      val codes = new memory(columns(layer, data_type.s8), OneDnn.processor)
      val found = QuantisedRows.of(
        Descs.floats(rows, layer.weights),
        Descs.bytes(codes, layer.weights),
        layer.inputs
      )
      quantised.getOrElseUpdate(layer.name, found)
      codes
    } else rows
  }

  /** As the checkpoint has them, [outputs, inputs] in float32, seen as [inputs, outputs]. */
  private def read(layer: Linear): memory = {
    val rows = new memory(columns(layer, data_type.f32), OneDnn.processor)
    val numbers = Descs.floats(rows, layer.weights)
    layer.parts.foreach(part => checkpoint.read(s"$part.weight", layer.weightShape, numbers, layer.rows))
    layer.outputFactors.foreach(name => WeightPack.scaleRows(numbers, layer.inputs, factors(name, layer)))
    rows
  }

  private def columns(layer: Linear, elementType: data_type): desc =
    Descs.strided(
      elementType,
      Seq(layer.inputs.toLong, layer.outputs.toLong),
      Seq(1L, layer.inputs.toLong)
    )

  /** Scale of each output's weights; after `weights` of the type s8. */
  def weightScales(layer: Linear): memory = vector(s"${layer.name}.scale", layer.outputs) {
    _.put(quantised(layer.name).scales)
  }

  /** @param inputShift
    *   value that each input lacks: the bias adds its product with the weights; 0, or after `weights` of the type s8
    * @return
    *   zeros where the checkpoint has none
    */
  def bias(layer: Linear, inputShift: Float): memory =
    vector(s"${layer.name}.bias$inputShift", layer.outputs) { numbers =>
      layer.parts.foreach { part =>
        if (layer.unbiased(part)) numbers.position(numbers.position() + layer.outputsOfPart)
        else checkpoint.read(s"$part.bias", layer.weightShape.take(1), numbers, layer.rows)
      }
      layer.outputFactors.foreach(name => WeightPack.scaleRows(numbers, 1, factors(name, layer)))
      if (inputShift != 0f) {
        val QuantisedRows(scales, sums) = quantised(layer.name)
        scales.indices.foreach(output =>
          numbers.put(output, numbers.get(output) + inputShift * scales(output) * sums(output))
        )
      }
    }

  private def factors(name: String, layer: Linear): FloatBuffer =
    Descs.floats(vector(name, Seq(layer.outputs.toLong)), layer.outputs)

  /** A float32 vector that is a tensor of the checkpoint. */
  def vector(name: String, shape: Seq[Long]): memory =
    vector(name, shape.product.toInt)(checkpoint.read(name, shape, _))

  /** A vector of the checkpoint with each entry divided by one of `divisors` (empty for 1), then `shift` added. */
  def smoothed(name: String, size: Int, divisors: IndexedSeq[Float], shift: Float = 0f): memory =
    if (divisors.isEmpty && shift == 0f) vector(name, Seq(size.toLong))
    else
      vector(s"$name smoothed $shift", size) { numbers =>
        checkpoint.read(name, Seq(size.toLong), numbers)
        (0 until size).foreach { index =>
          val divisor = if (divisors.isEmpty) 1f else divisors(index)
          numbers.put(index, numbers.get(index) / divisor + shift)
        }
      }

  /** Largest magnitude of the weights that meet each input channel. */
  def channelPeaks(layer: Linear): Array[Float] = NativeScope.temporary {
    val rows = Descs.floats(read(layer), layer.weights)
    val peaks = new Array[Float](layer.inputs)
    var place = 0
    while (place < layer.weights) {
      val channel = place % layer.inputs
      peaks(channel) = math.max(peaks(channel), math.abs(rows.get(place)))
      place += 1
    }
    peaks
  }

  /** A float32 vector.
    *
    * @param key
    *   its name, the same for all workers
    * @param fill
    *   writes its numbers, which are zeros before
    */
  def vector(key: String, size: Int)(fill: FloatBuffer => Any): memory = synchronized {
    vectors.getOrElseUpdate(
      key,
      NativeScope.temporary {
        val made = scope.own(new memory(Descs.dense(data_type.f32, size.toLong), OneDnn.processor))
        val numbers = Descs.floats(made, size)
        (0 until size).foreach(numbers.put(_, 0f))
        fill(numbers)
        made
      }
    )
  }

  override def close(): Unit = synchronized {
    vectors.clear()
    packed.clear()
    scope.close()
  }
}

private[onednn] object WeightPack {

  /** @param rows
    *   [outputs, inputs]
    * @param factors
    *   one for each input
    */
  private def scaleColumns(rows: FloatBuffer, factors: Array[Float]): Unit = {
    var place = 0
    while (place < rows.capacity) {
      rows.put(place, rows.get(place) * factors(place % factors.length))
      place += 1
    }
  }

  /** @param rows
    *   [outputs, inputs]
    * @param factors
    *   one for each output
    */
  private def scaleRows(rows: FloatBuffer, inputs: Int, factors: FloatBuffer): Unit = {
    var place = 0
    while (place < rows.capacity) {
      rows.put(place, rows.get(place) * factors.get(place / inputs))
      place += 1
    }
  }

  /** Copies a tensor into another layout or type. */
  private def convert(from: memory, to: memory): Unit = {
    val work = new stream(OneDnn.processor)
    new reorder(from, to).execute(work, from, to)
    work._wait()
    ()
  }
}
