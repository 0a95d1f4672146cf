package vitscale.image.webp

import java.nio.charset.StandardCharsets.ISO_8859_1

import vitscale.image.{EncodedImage, ImageFormat, Orientation, PackedImage}

/** WebP, lossy and lossless; of an animation the first frame, on a black canvas.
  *
  * Source of the rules: Pillow's `WebPImagePlugin.py` and libwebp's `WebPAnimDecoder`.
  */
private[image] object WebPFormat extends ImageFormat {

  val name = "WebP"

  def recognises(file: Array[Byte]): Boolean =
    file.startsWith("RIFF".getBytes(ISO_8859_1)) && file.startsWith("WEBP".getBytes(ISO_8859_1), 8)

  def open(file: Array[Byte]): EncodedImage = {
    val found = WebPContainer.read(file)
    new WebPImage(found.width, found.height, found.frame, Orientation.find(found.exif, found.xmp))
  }
}

/** A frame on its canvas, both sizes in pixels; what the frame does not cover is black. */
final private class WebPImage(val width: Int, val height: Int, frame: WebPFrame, val orientation: Int)
    extends EncodedImage {

  def decode(): PackedImage = {
    val image = frame.decode()
    if (image.width == width && image.height == height) image
    else {
      val canvas = new Array[Int](Math.multiplyExact(width, height))
      for (y <- 0 until image.height)
        System.arraycopy(
          image.words,
          y * image.width,
          canvas,
          (frame.top + y) * width + frame.left,
          image.width
        )
      new PackedImage(width, height, canvas)
    }
  }
}
