package vitscale.onednn

import java.nio.FloatBuffer
import java.nio.file.Path

import vitscale.UsageException
import vitscale.image.RgbImage
import vitscale.model.ModelFolder
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** Measures how large the inputs of a model's linear layers become, so that they fit into 8-bit codes.
  *
  * It runs the model in float32 over images and takes, for each input, the range with the smallest mean squared error.
  */
private[vitscale] object Calibrator {

  /** Images of one pass. */
  private val BatchSize = 2

  /** Writes the calibration of a model folder.
    *
    * @param images
    *   decoded images like those that the model will classify; some hundred suffice
    * @return
    *   the file that was written
    * @throws vitscale.UsageException
    *   if there is no image
    * @throws vitscale.ModelException
    *   if the weights cannot be used
    */
  def calibrate(folder: ModelFolder, images: Iterator[RgbImage]): Path = {
    OneDnn.processor
    val config = OneDnnPass.configOf(folder.path, folder.labels.size)
    val preprocessor = new Preprocessor(PreprocessorConfig.read(folder.preprocessorConfig))
    val weights = OneDnnWeights.open(folder.path)
    try {
      val histograms = new Histograms(config)
      val worker = new OneDnnWorker(
        config,
        VitPlan.build(config, weights.pack, Numbers.Fp32, _, observer = Some(histograms))
      )
      val seen =
        try run(folder, preprocessor, worker, config, images)
        finally worker.close()
      if (seen == 0) throw new UsageException("There is no image to calibrate with; expected at least one.")
      Calibration.write(folder, weights.checkpoint.fingerprint, histograms.ranges, seen)
    } finally weights.close()
  }

  private def run(
      folder: ModelFolder,
      preprocessor: Preprocessor,
      worker: OneDnnWorker,
      config: VitConfig,
      images: Iterator[RgbImage]
  ): Int = {
    val buffers = OneDnnPass.buffersOf(folder, config, preprocessor, BatchSize)
    images
      .grouped(BatchSize)
      .map { batch =>
        batch.zipWithIndex.foreach { case (image, place) => buffers.put(place, preprocessor.pixels(image)) }
        worker.run(buffers.input(batch.size), buffers.output(batch.size), 0, batch.size)
        batch.size
      }
      .sum
  }

  final private class Histograms(config: VitConfig) extends ActivationObserver {

    private val blocks = IndexedSeq.fill(config.layers)(
      ActivationPlace.all.map { place =>
        place -> new RangeHistogram(if (hasSign(place)) 0f else config.activation.least)
      }.toMap
    )

    override def see(block: Int, place: ActivationPlace, values: FloatBuffer): Unit =
      blocks(block)(place).add(values)

    def ranges: ActivationRanges = ActivationRanges(blocks.map { histograms =>
      def best(place: ActivationPlace) =
        histograms(place).best(
          if (hasSign(place)) QuantisedRows.LargestCode else EncoderBlock.LargestU8.toInt
        )
      BlockRanges(
        best(ActivationPlace.AttentionInput),
        best(ActivationPlace.AttentionOutput),
        best(ActivationPlace.FeedForwardInput),
        best(ActivationPlace.FeedForwardHidden)
      )
    })

    private def hasSign(place: ActivationPlace) = place != ActivationPlace.FeedForwardHidden
  }
}
