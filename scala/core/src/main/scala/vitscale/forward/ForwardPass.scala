package vitscale.forward

/** Computes the logits of a batch, on the CPU or on GPUs. */
private[vitscale] trait ForwardPass {

  /** Largest number of parallel passes; further callers wait. */
  def concurrency: Int

  /** Allocate memory for batches of up to `capacity` images. One thread at a time may use it.
    *
    * @throws vitscale.UsageException
    *   if it is more than one buffer of the JVM can hold
    */
  def buffers(capacity: Int): ForwardBuffers

  /** Computes the logits of the first `count` images in the buffers, in place.
    *
    * @throws vitscale.ModelException
    *   if the pass fails
    * @throws java.lang.IllegalStateException
    *   if the model was closed
    */
  def forward(buffers: ForwardBuffers, count: Int): Unit
}
