package vitscale.onednn.library

import java.nio.{ByteBuffer, ByteOrder, FloatBuffer}

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.{data_type, desc, format_tag}
import org.bytedeco.javacpp.{BytePointer, Pointer}

/** Descriptions of tensors, and the memory behind them. */
private[onednn] object Descs {

  /** Rows behind each other, the last dimension innermost. */
  def dense(elementType: data_type, dims: Long*): desc = {
    val strides = dims.scanRight(1L)(_ * _).tail
    strided(elementType, dims, strides)
  }

  /** @param strides
    *   distance of neighbours in each dimension, in elements
    */
  def strided(elementType: data_type, dims: Seq[Long], strides: Seq[Long]): desc =
    new desc(dims.toArray, elementType, strides.toArray)

  /** A layout that the primitive chooses. */
  def any(elementType: data_type, dims: Long*): desc = new desc(dims.toArray, elementType, format_tag.any)

  /** Where the element of this number lies in a dense tensor. */
  def pointer(tensor: memory, elementType: data_type, element: Long): Pointer =
    new BytePointer(tensor.get_data_handle()).getPointer(element * memory.data_type_size(elementType))

  /** The first bytes of a tensor; valid as long as the tensor is. */
  def bytes(tensor: memory, count: Int): ByteBuffer =
    new BytePointer(tensor.get_data_handle())
      .capacity(count.toLong)
      .asByteBuffer()
      .order(ByteOrder.nativeOrder())

  /** The first numbers of a float32 tensor; valid as long as the tensor is. */
  def floats(tensor: memory, count: Int): FloatBuffer =
    bytes(tensor, Math.multiplyExact(count, 4)).asFloatBuffer()
}
