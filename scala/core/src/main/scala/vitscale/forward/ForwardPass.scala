package vitscale.forward

/** Computes the logits and the features of a batch, on the CPU or on GPUs. */
private[vitscale] trait ForwardPass {

  /** Largest number of parallel passes; further callers wait. */
  def concurrency: Int

  /** Numbers of the features of an image, the input of the classification head; 0 if the model returns none. */
  def featureCount: Int

  /** Allocate memory for batches of up to `capacity` images. One thread at a time may use it.
    *
    * @throws vitscale.UsageException
    *   if it is more than one buffer of the JVM can hold
    */
  def buffers(capacity: Int): ForwardBuffers

  /** Computes the logits of the first `count` images in the buffers, in place.
    *
    * @param withFeatures
    *   whether the features are needed as well; a pass that computes them anyway may write them always
    * @throws vitscale.ModelException
    *   if the pass fails
    * @throws vitscale.UsageException
    *   if the model was closed
    */
  def forward(buffers: ForwardBuffers, count: Int, withFeatures: Boolean = false): Unit
}
