package vitscale.preprocess

import java.nio.FloatBuffer

import vitscale.image.{PackedImage, PixelRows}
import vitscale.resize.{CenterCrop, PillowResize, Region, TargetSize}
import vitscale.{ImageException, ModelException}

/** Turns decoded images into a model's input as Transformers' PIL image processor does: resize, crop, rescale, normalise.
  *
  * Safe for use by many threads.
  */
final class Preprocessor(val config: PreprocessorConfig) {

  /** Width and height of every tensor, where the configuration gives all images one size. */
  val fixedSize: Option[(Int, Int)] = config.crop.orElse(config.resize.collect {
    case (TargetSize.Fixed(width, height), _) => (width, height)
  })

  /** Width of the tensor.
    *
    * @throws ModelException
    *   when it depends on the image, so that images cannot share a batch
    */
  def width: Int = sizeOfAll._1

  /** Height of the tensor; throws as `width` does. */
  def height: Int = sizeOfAll._2

  private def sizeOfAll: (Int, Int) = fixedSize.getOrElse(
    throw new ModelException(
      "preprocessor_config.json gives images of different sizes; a batch needs one size: set size to height and width, or " +
        "do_center_crop to true."
    )
  )

  /** The model's pixels before rescaling: resized, then cropped, 8 bits a sample. */
  def pixels(image: PixelRows): PackedImage = {
    val (width, height) =
      config.resize.fold((image.width, image.height)) { case (target, _) => scaledSize(image, target) }
    val crop = config.crop.map { case (cropWidth, cropHeight) =>
      CenterCrop(cropWidth, cropHeight, config.cropsToEven)
    }
    val region = crop.fold(Region(0, 0, width, height))(_.region(width, height))
    val part = config.resize match {
      case Some((_, filter)) => PillowResize.resize(image, width, height, filter, region)
      case None => region.cut(image)
    }
    crop.fold(part)(_.surround(part, width, height))
  }

  private def scaledSize(image: PixelRows, target: TargetSize): (Int, Int) = {
    val (width, height) = target.of(image.width, image.height)
    if (width == 0 || height == 0)
      throw new ImageException(
        s"an image of ${image.width}x${image.height} pixels would shrink to ${width}x$height: its shape is too extreme"
      )
    (width, height)
  }

  /** For each channel of the model, the float that each of the 256 samples becomes: with so few inputs, a table is the exact
    * and the fast way. The roundings are those of NumPy in `transformers.image_transforms`: rescaled in double precision,
    * rounded to single, and everything after it in single.
    */
  private val values: Array[Array[Float]] = Array.tabulate(3) { channel =>
    Array.tabulate(256) { sample =>
      val rescaled = config.rescaleFactor.fold(sample.toFloat)(factor => (sample * factor).toFloat)
      val shifted = if (config.rescaleOffset) rescaled - 1f else rescaled
      val normalized = config.normalize.fold(shifted) { case (mean, std) =>
        (shifted - mean(channel).toFloat) / std(channel).toFloat
      }
      config.divideAgain.fold(normalized)(std => normalized / std(channel).toFloat)
    }
  }

  /** Writes pixels as [channel, height, width] floats at the buffer's position, and moves it behind them.
    *
    * @param out
    *   needs room for `3 * width * height` floats; a direct one in native byte order is fastest
    */
  def writeNormalized(pixels: PackedImage, out: FloatBuffer): Unit = {
    val row = new Array[Float](pixels.width)
    var channel = 0
    while (channel < 3) {
      var y = 0
      while (y < pixels.height) {
        fillRow(pixels.words, y * pixels.width, shiftOf(channel), values(channel), row)
        out.put(row)
        y += 1
      }
      channel += 1
    }
  }

  /** The place of a channel of the model in a packed pixel. */
  private def shiftOf(channel: Int): Int = if (config.flipsChannels) 8 * channel else 16 - 8 * channel

  private def fillRow(
      words: Array[Int],
      at: Int,
      shift: Int,
      table: Array[Float],
      row: Array[Float]
  ): Unit = {
    var x = 0
    while (x < row.length) {
      row(x) = table(words(at + x) >>> shift & 0xff)
      x += 1
    }
  }
}
