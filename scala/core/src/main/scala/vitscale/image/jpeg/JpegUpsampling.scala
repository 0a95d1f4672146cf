package vitscale.image.jpeg

import vitscale.ImageException

/** Brings components to the image's size as libjpeg-turbo does (`jdsample.c`, with its default `do_fancy_upsampling`). */
final private[jpeg] class JpegUpsampling(planes: Array[JpegPlane], frame: JpegFrame) {

  private val out = new Array[Byte](
    Math.multiplyExact(Math.multiplyExact(frame.width, frame.height), planes.length)
  )

  /** The samples of all components, interleaved. */
  def interleaved(): Array[Byte] = {
    planes.zipWithIndex.foreach { case (plane, i) => upsample(plane, i) }
    out
  }

  private def upsample(plane: JpegPlane, component: Int): Unit = {
    val across = JpegUpsampling.ratio(frame.widest, plane.component.horizontal)
    val down = JpegUpsampling.ratio(frame.highest, plane.component.vertical)
    val isWideEnough = plane.width > 2
    for (y <- 0 until frame.height) {
      val to = (y * frame.width) * planes.length + component
      if (across == 2 && down == 1 && isWideEnough) interpolate(plane, y, to)
      else if (across == 1 && down == 2) interpolateRows(plane, y, to)
      else if (across == 2 && down == 2 && isWideEnough) interpolateBoth(plane, y, to)
      else repeat(plane, y / down, across, to)
    }
  }

  private def sample(plane: JpegPlane, row: Int, column: Int): Int =
    plane.samples(row * plane.stride + column) & 0xff

  private def put(to: Int, x: Int, value: Int): Unit = out(to + x * planes.length) = value.toByte

  private def repeat(plane: JpegPlane, row: Int, across: Int, to: Int): Unit = {
    var x = 0
    while (x < frame.width) {
      put(to, x, sample(plane, row, x / across))
      x += 1
    }
  }

  /** Three parts of the nearer sample and one of the other; halves are rounded down at even places, up at odd ones. */
  private def interpolate(plane: JpegPlane, row: Int, to: Int): Unit = {
    var x = 0
    while (x < frame.width) {
      val near = x >> 1
      val far = if ((x & 1) == 0) near - 1 else near + 1
      val value = sample(plane, row, near)
      put(
        to,
        x,
        if (far < 0 || far == plane.width) value
        else (3 * value + sample(plane, row, far) + 1 + (x & 1)) >> 2
      )
      x += 1
    }
  }

  /** The row above or below that takes part in row `y` of the image; beyond the edge lies the edge. */
  private def otherRow(plane: JpegPlane, y: Int): Int =
    math.max(0, math.min(plane.height - 1, (y >> 1) + (if ((y & 1) == 0) -1 else 1)))

  private def interpolateRows(plane: JpegPlane, y: Int, to: Int): Unit = {
    val far = otherRow(plane, y)
    var x = 0
    while (x < frame.width) {
      put(to, x, (3 * sample(plane, y >> 1, x) + sample(plane, far, x) + 1 + (y & 1)) >> 2)
      x += 1
    }
  }

  private def interpolateBoth(plane: JpegPlane, y: Int, to: Int): Unit = {
    val other = otherRow(plane, y)
    def column(x: Int): Int = 3 * sample(plane, y >> 1, x) + sample(plane, other, x)
    var x = 0
    while (x < frame.width) {
      val near = x >> 1
      val far = if ((x & 1) == 0) near - 1 else near + 1
      val neighbour = column(math.max(0, math.min(plane.width - 1, far)))
      put(to, x, (3 * column(near) + neighbour + 8 - (x & 1)) >> 4)
      x += 1
    }
  }
}

private[jpeg] object JpegUpsampling {

  /** How many samples of the image one sample of a component stands for.
    *
    * @throws ImageException
    *   where that is no whole number
    */
  def ratio(most: Int, factor: Int): Int =
    if (most % factor == 0) most / factor
    else
      throw new ImageException(
        s"sampling of $factor to $most is no whole ratio, which Pillow cannot read either"
      )
}
