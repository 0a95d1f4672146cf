package vitscale.onednn.layer

import java.nio.file.Path

import vitscale.onednn.checkpoint.SafeTensors

/** A checkpoint's files and its packed weights, closed together. The files stay open, since plans of later batch sizes may want
  * another layout.
  */
final private[onednn] class OneDnnWeights private (val checkpoint: SafeTensors) extends AutoCloseable {

  val pack = new WeightPack(checkpoint)

  override def close(): Unit = {
    pack.close()
    checkpoint.close()
  }
}

private[onednn] object OneDnnWeights {

  /** @throws vitscale.ModelException
    *   if there are no weights, or a file is damaged
    */
  def open(folder: Path): OneDnnWeights = new OneDnnWeights(SafeTensors.open(folder))
}
