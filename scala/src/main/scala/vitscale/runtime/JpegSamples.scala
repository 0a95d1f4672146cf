package vitscale.runtime

import java.awt.image.{DataBufferByte, PixelInterleavedSampleModel, Raster}
import javax.imageio.ImageReader
import javax.imageio.event.IIOReadWarningListener
import javax.imageio.spi.{IIORegistry, ImageReaderSpi}

import vitscale.ImageException

/** Decoded samples of a JPEG before colour conversion, from the JVM's libjpeg. */
private[runtime] object JpegSamples {

  /** By name: other readers on the class path register for JPEG too, and put themselves first. */
  private val JdkReader = "com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi"

  private lazy val provider: ImageReaderSpi = {
    val registered = IIORegistry.getDefaultInstance.getServiceProviderByClass(Class.forName(JdkReader))
    registered.asInstanceOf[ImageReaderSpi]
  }

  /** libjpeg's warnings that part of the picture is not what was stored. */
  private val Damage = Seq("premature end", "bad huffman code", "instead of rst")

  /** @return
    *   as many interleaved samples a pixel as the frame has components
    */
  def read(file: Array[Byte], frame: JpegFrame): Array[Byte] = {
    val reader = provider.createReaderInstance()
    try {
      val warnings = new FirstDamage
      reader.addIIOReadWarningListener(warnings)
      reader.setInput(new ByteArrayImageStream(file), true, true)
      val raster = reader.readRaster(0, null)
      warnings.found.foreach(message => throw new ImageException(s"damaged: $message"))
      samplesOf(raster, frame)
    } finally reader.dispose()
  }

  private def samplesOf(raster: Raster, frame: JpegFrame): Array[Byte] =
    (raster.getDataBuffer, raster.getSampleModel) match {
      case (buffer: DataBufferByte, model: PixelInterleavedSampleModel)
          if raster.getWidth == frame.width && raster.getHeight == frame.height &&
            model.getPixelStride == frame.components.length &&
            model.getScanlineStride == frame.width * frame.components.length &&
            model.getBandOffsets.zipWithIndex.forall { case (offset, band) => offset == band } =>
        buffer.getData
      case _ =>
        throw new ImageException(
          s"the JVM's decoder gave ${raster.getWidth}x${raster.getHeight} samples in another layout"
        )
    }

  final private class FirstDamage extends IIOReadWarningListener {
    var found: Option[String] = None

    def warningOccurred(source: ImageReader, warning: String): Unit =
      if (found.isEmpty && Damage.exists(warning.toLowerCase.contains)) found = Some(warning)
  }
}
