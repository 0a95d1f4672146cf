package vitscale.onednn.plan

import scala.collection.mutable

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.scratchpad_mode
import org.bytedeco.dnnl.memory.{data_type, desc}
import org.bytedeco.dnnl.{dnnl_exec_arg_t, memory, primitive, primitive_attr, primitive_desc_base, reorder}
import org.bytedeco.javacpp.{BytePointer, Pointer}

import vitscale.onednn.library.{Descs, NativeScope, OneDnn}

/** Collects the steps of a forward pass, and owns their tensors.
  *
  * All steps share one scratchpad, the largest that any of them asks for.
  *
  * @param scope
  *   what the plan owns; all else lives until the enclosing [[NativeScope.temporary]] ends
  */
final private[onednn] class PlanBuilder(scope: NativeScope) {

  private val pending = mutable.ArrayBuffer.empty[memory => Step]
  private val found = mutable.LinkedHashSet.empty[String]
  private var scratchpadBytes = 0L

  /** Steps and the implementations that oneDNN chose for them, `qkv: brg_matmul:avx512_core`. */
  def implementations: Set[String] = found.toSet

  /** A dense tensor with memory of its own. */
  def tensor(elementType: data_type, dims: Long*): memory =
    scope.own(new memory(Descs.dense(elementType, dims: _*), OneDnn.processor))

  /** Another description of memory that is there. */
  def view(description: desc, at: Pointer): memory =
    scope.own(new memory(description, OneDnn.processor, at))

  /** A float32 vector of constants. */
  def constants(values: Float*): memory = {
    val made = tensor(data_type.f32, values.size.toLong)
    Descs.floats(made, values.size).put(values.toArray)
    made
  }

  /** A whole number, s32. */
  def integer(value: Int): memory = {
    val made = tensor(data_type.s32, 1L)
    Descs.bytes(made, Integer.BYTES).putInt(value)
    made
  }

  /** Attributes of a primitive that takes its scratchpad from this plan. */
  def attributes(): primitive_attr = {
    val made = new primitive_attr()
    made.set_scratchpad_mode(scratchpad_mode.user)
    made
  }

  /** Appends a primitive.
    *
    * @param name
    *   for messages
    * @param made
    *   the primitive of this description
    * @param arguments
    *   its tensors by oneDNN's numbers of arguments
    */
  def execute(name: String, description: primitive_desc_base, made: primitive)(
      arguments: (Int, memory)*
  ): Unit = {
    val scratchpad = description.scratchpad_desc()
    val bytes = scratchpad.get_size()
    scratchpadBytes = math.max(scratchpadBytes, bytes)
    found += s"$name: ${description.impl_info_str().getString}"
    scope.own(made)
    pending += { shared =>
      val own = if (bytes == 0) None else Some(view(scratchpad, shared.get_data_handle()))
      executed(name, made, arguments ++ own.map(dnnl.DNNL_ARG_SCRATCHPAD -> _))
    }
    ()
  }

  private def executed(name: String, made: primitive, tensors: Seq[(Int, memory)]): Step = {
    val arguments = scope.own(new dnnl_exec_arg_t(tensors.size.toLong))
    tensors.zipWithIndex.foreach { case ((number, tensor), place) =>
      val argument = arguments.getPointer(place.toLong)
      argument.arg(number)
      argument.memory(tensor.get())
    }
    new Step.Execute(name, made.get(), arguments, tensors.size)
  }

  /** Appends a copy of a tensor into another layout or type. */
  def convert(name: String, from: memory, to: memory): Unit = {
    val description = OneDnn.explained(s"copy $name") {
      new reorder.primitive_desc(
        OneDnn.processor,
        from.get_desc(),
        OneDnn.processor,
        to.get_desc(),
        attributes(),
        false
      )
    }
    execute(name, description, new reorder(description))(
      dnnl.DNNL_ARG_FROM -> from,
      dnnl.DNNL_ARG_TO -> to
    )
  }

  def copy(from: Pointer, to: Pointer, bytes: Long): Unit = {
    pending += (_ => new Step.Copy(from, to, bytes))
    ()
  }

  /** Appends a copy of rows to other places.
    *
    * @param rowBytes
    *   bytes of a row in both tensors
    */
  def move(from: memory, to: memory, moves: RowMoves, rowBytes: Long): Unit = {
    val (source, target) = (new BytePointer(from.get_data_handle()), new BytePointer(to.get_data_handle()))
    pending += (_ => new Step.MoveRows(source, target, moves, rowBytes))
    ()
  }

  def meet(meeting: Meeting): Unit = {
    pending += (_ => new Step.Meet(meeting))
    ()
  }

  /** Appends work of the JVM. */
  def call(work: () => Unit): Unit = {
    pending += (_ => new Step.Call(work))
    ()
  }

  /** The steps in order; to be called once. */
  def steps(): IndexedSeq[Step] = {
    val scratchpad = tensor(data_type.u8, math.max(1L, scratchpadBytes))
    pending.map(_.apply(scratchpad)).toIndexedSeq
  }
}
