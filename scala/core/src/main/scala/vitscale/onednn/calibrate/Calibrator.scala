package vitscale.onednn.calibrate

import java.nio.file.Path

import vitscale.UsageException
import vitscale.image.{PackedImage, PixelRows}
import vitscale.model.ModelFolder
import vitscale.onednn.OneDnnPass
import vitscale.onednn.int8.{BlockScales, Int8Scales, MixedPrecision, ScalesFile}
import vitscale.onednn.layer.{Linear, OneDnnWeights}
import vitscale.onednn.library.{Numbers, OneDnn}
import vitscale.onednn.pass.OneDnnWorker
import vitscale.onednn.vit.{ActivationObserver, ActivationPlace, BlockWeights, VitPlan}
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** Finds how a model becomes 8-bit codes with the least loss.
  *
  * It runs the model in float32 over images, takes for each input of a linear layer the range with the smallest mean squared
  * error, with and without smoothing, and keeps what comes nearest to float32 on other images. Where labels are lost still,
  * the blocks that lose most are left without codes ([[ExactBlocks]]).
  *
  * @param say
  *   takes a line on what is being done
  */
final private[vitscale] class Calibrator(folder: ModelFolder, say: String => Unit) {

  private val preprocessor = new Preprocessor(PreprocessorConfig.read(folder.preprocessorConfig))
  private val config = OneDnnPass.vitOf(folder, preprocessor)

  /** @param images
    *   decoded images like those that the model will classify; some hundred suffice
    * @param checks
    *   decoded images to measure the loss with
    * @param least
    *   share of the checks that must keep float32's first label; 0 keeps all blocks in codes, whatever is lost
    * @throws vitscale.UsageException
    *   if there is no image
    * @throws vitscale.DeviceException
    *   if this processor has no VNNI
    * @throws vitscale.ModelException
    *   if the weights cannot be used
    */
  def calibrate(images: Iterator[PixelRows], checks: Iterator[PixelRows], least: Double): Calibration = {
    Numbers.of("int8", OneDnn.instructions)
    val prepared = images.map(preprocessor.pixels).toIndexedSeq
    if (prepared.isEmpty)
      throw new UsageException("There is no image to calibrate with; expected at least one.")
    val check = new CheckImages(folder, preprocessor, checks.map(preprocessor.pixels).toIndexedSeq)
    val weights = OneDnnWeights.open(folder.path)
    val (plain, smoothed) =
      try candidates(prepared, weights)
      finally weights.close()
    say("comparing with fp32, with and without smoothing")
    val compared = Seq(plain, smoothed).map(scales => scales -> check.compare(scales))
    val best = compared.minBy(_._2.error)
    val (scales, comparison) =
      if (best._2.agreement >= least) best else new ExactBlocks(check, least, say).search(best._1, best._2)
    Calibration(folder, prepared.size, scales, isSmoothed = best._1 == smoothed, comparison)
  }

  private def candidates(
      images: IndexedSeq[PackedImage],
      weights: OneDnnWeights
  ): (Int8Scales, Int8Scales) = {
    say(s"measuring activations on ${images.size} images")
    val peaks = new ChannelPeaks(config)
    observe(images, weights, peaks)
    val divisors = smoothing(peaks, weights)
    val plain = new RangeStatistics(config, (_, _) => IndexedSeq.empty)
    val smoothed =
      new RangeStatistics(config, (place, block) => divisors.getOrElse(place -> block, IndexedSeq.empty))
    observe(images, weights, new Observers(plain, smoothed))
    def scales(block: Int => BlockScales) = Int8Scales(
      (0 until config.layers).map(index => Some(block(index)))
    )
    (
      scales(block => BlockScales(plain.ranges(block))),
      scales(block =>
        BlockScales(
          smoothed.ranges(block),
          divisors(ActivationPlace.AttentionInput -> block),
          divisors(ActivationPlace.FeedForwardInput -> block)
        )
      )
    )
  }

  private def observe(
      images: IndexedSeq[PackedImage],
      weights: OneDnnWeights,
      by: ActivationObserver
  ): Unit = {
    val exact = MixedPrecision(Numbers.Fp32)
    val worker = new OneDnnWorker(config, VitPlan.build(config, weights.pack, exact, _, Some(by)))
    val buffers = OneDnnPass.buffersOf(config, preprocessor, Calibrator.BatchSize)
    try
      images.grouped(Calibrator.BatchSize).foreach { batch =>
        batch.zipWithIndex.foreach { case (image, place) => buffers.put(place, image) }
        worker.run(buffers, 0, batch.size)
      }
    finally worker.close()
  }

  private def smoothing(
      peaks: ChannelPeaks,
      weights: OneDnnWeights
  ): Map[(ActivationPlace, Int), IndexedSeq[Float]] =
    (0 until config.layers).flatMap { index =>
      val block = new BlockWeights(config, index)
      def of(place: ActivationPlace, layer: Linear) =
        (place -> index) -> Calibrator.divisors(
          peaks.of(place, index),
          weights.pack.channelPeaks(layer).toSeq
        )
      Seq(
        of(ActivationPlace.AttentionInput, block.queryKeyValue),
        of(ActivationPlace.FeedForwardInput, block.feedForwardIn)
      )
    }.toMap
}

private[vitscale] object Calibrator {

  /** Images of one pass. */
  private val BatchSize = 2

  /** SmoothQuant's equation 4 with its usual strength of one half: activations and weights share what is too large. A channel
    * that is always zero, or that no weight reads, stays as it is.
    */
  private[calibrate] def divisors(activations: Seq[Float], weights: Seq[Float]): IndexedSeq[Float] =
    activations
      .zip(weights)
      .map { case (activation, weight) =>
        if (activation > 0 && weight > 0) math.sqrt((activation / weight).toDouble).toFloat else 1f
      }
      .toIndexedSeq
}

/** What a calibration found.
  *
  * @param images
  *   number of images that were measured
  */
final private[vitscale] case class Calibration(
    folder: ModelFolder,
    images: Int,
    scales: Int8Scales,
    isSmoothed: Boolean,
    comparison: Comparison
) {

  /** Writes it into the model folder, where the engine finds it.
    *
    * @throws vitscale.OutputException
    *   if it cannot be written
    */
  def write(): Path = {
    val weights = OneDnnWeights.open(folder.path)
    try ScalesFile.write(folder, weights.checkpoint.fingerprint, scales, images)
    finally weights.close()
  }
}
