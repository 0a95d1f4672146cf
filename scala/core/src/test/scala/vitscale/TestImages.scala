package vitscale

import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream

import javax.imageio.ImageIO

import scala.util.Random

/** Small pictures that differ: a few coloured rectangles, seeded. */
object TestImages {

  def picture(seed: Int, width: Int = 60, height: Int = 45): BufferedImage = {
    val random = new Random(seed)
    val image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB)
    val pen = image.createGraphics()
    (0 until 12).foreach { _ =>
      pen.setColor(new java.awt.Color(random.nextInt(1 << 24)))
      pen.fillRect(
        random.nextInt(width),
        random.nextInt(height),
        1 + random.nextInt(width),
        1 + random.nextInt(height)
      )
    }
    pen.dispose()
    image
  }

  def jpeg(seed: Int): Array[Byte] = encoded(picture(seed), "jpg")

  def encoded(image: BufferedImage, format: String): Array[Byte] = {
    val out = new ByteArrayOutputStream()
    assert(ImageIO.write(image, format, out))
    out.toByteArray
  }

  val garbage: Array[Byte] = "this is no image".getBytes("UTF-8")
}
