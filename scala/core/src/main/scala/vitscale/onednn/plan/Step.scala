package vitscale.onednn.plan

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.{dnnl_exec_arg_t, dnnl_primitive, dnnl_stream}
import org.bytedeco.javacpp.{BytePointer, Pointer}

import vitscale.ModelException

/** One action of a forward pass. */
sealed private[onednn] trait Step {
  def run(stream: dnnl_stream): Unit
}

private[onednn] object Step {

  /** Runs a primitive of oneDNN on its tensors. */
  final class Execute(
      name: String,
      primitive: dnnl_primitive,
      arguments: dnnl_exec_arg_t,
      argumentCount: Int
  ) extends Step {
    override def run(stream: dnnl_stream): Unit = {
      val status = dnnl.dnnl_primitive_execute(primitive, stream, argumentCount, arguments)
      if (status != dnnl.dnnl_success)
        throw new ModelException(
          s"The forward pass failed: oneDNN returned status $status for $name; expected 0. Run the model on ONNX Runtime."
        )
    }
  }

  /** Copies bytes. On the processor a stream runs each primitive before it returns, so the order of steps holds. */
  final class Copy(from: Pointer, to: Pointer, bytes: Long) extends Step {
    override def run(stream: dnnl_stream): Unit = {
      Pointer.memcpy(to, from, bytes)
      ()
    }
  }

  /** Moves rows to other places, and writes zeros to those without a source. Used by one thread at a time, as every step. */
  final class MoveRows(from: BytePointer, to: BytePointer, moves: RowMoves, rowBytes: Long) extends Step {
    override def run(stream: dnnl_stream): Unit = {
      var index = 0
      while (index < moves.count) {
        val source = moves.source(index)
        val bytes = moves.rows(index) * rowBytes
        to.position(moves.target(index) * rowBytes)
        if (source == RowMoves.Zeros) Pointer.memset(to, 0, bytes)
        else Pointer.memcpy(to, from.position[BytePointer](source * rowBytes), bytes)
        index += 1
      }
    }
  }

  /** Waits for the other threads of the pass. */
  final class Meet(meeting: Meeting) extends Step {
    override def run(stream: dnnl_stream): Unit = meeting.await()
  }

  /** Runs code of the JVM on tensors. */
  final class Call(work: () => Unit) extends Step {
    override def run(stream: dnnl_stream): Unit = work()
  }
}
