package vitscale.image.jpeg

import java.awt.image.{DataBufferByte, PixelInterleavedSampleModel, Raster}
import javax.imageio.ImageReader
import javax.imageio.event.IIOReadWarningListener
import javax.imageio.spi.{IIORegistry, ImageReaderSpi}

import vitscale.ImageException
import vitscale.image.ByteArrayImageStream

/** Decoded samples of a JPEG before colour conversion, from the JVM's libjpeg. */
private[jpeg] object JpegSamples {

  /** By name: other readers on the class path register for JPEG too, and put themselves first. */
  private val JdkReader = "com.sun.imageio.plugins.jpeg.JPEGImageReaderSpi"

  private lazy val provider: ImageReaderSpi = {
    val registered = IIORegistry.getDefaultInstance.getServiceProviderByClass(Class.forName(JdkReader))
    registered.asInstanceOf[ImageReaderSpi]
  }

  /** @return
    *   as many interleaved samples a pixel as the frame has components; None where libjpeg warns of anything, for then
    *   its versions may differ
    */
  def read(file: Array[Byte], frame: JpegFrame): Option[Array[Byte]] = {
    val reader = provider.createReaderInstance()
    try {
      val warnings = new AnyWarning
      reader.addIIOReadWarningListener(warnings)
      reader.setInput(new ByteArrayImageStream(file), true, true)
      val raster = reader.readRaster(0, null)
      if (warnings.found) None else Some(samplesOf(raster, frame))
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

  final private class AnyWarning extends IIOReadWarningListener {
    var found = false

    def warningOccurred(source: ImageReader, warning: String): Unit = found = true
  }
}
