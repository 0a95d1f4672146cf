package vitscale.runtime

/** What computes the logits of a batch: a model on the processor or on GPUs. */
private[vitscale] trait ForwardPass {

  /** Passes that run at the same time; more callers wait. */
  def concurrency: Int

  /** Memory for batches of up to `capacity` images; to be used by one thread at a time.
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
