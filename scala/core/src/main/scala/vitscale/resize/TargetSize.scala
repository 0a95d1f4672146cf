package vitscale.resize

/** The setting `size` of a `preprocessor_config.json`, and the size of an image after it is applied.
  *
  * Source of the arithmetic: `transformers.image_transforms` (`get_resize_output_image_size`,
  * `get_size_with_aspect_ratio`) and `image_utils.get_image_size_for_max_height_width`, whose `int()` truncates.
  */
sealed trait TargetSize {

  /** Width and height of a `width` x `height` image after resizing; either can be 0 for an extreme shape. */
  def of(width: Int, height: Int): (Int, Int)
}

object TargetSize {

  final case class Fixed(width: Int, height: Int) extends TargetSize {
    def of(imageWidth: Int, imageHeight: Int): (Int, Int) = (width, height)
  }

  /** The shorter edge gets this length, the longer one follows. */
  final case class ShortestEdge(edge: Int) extends TargetSize {
    def of(width: Int, height: Int): (Int, Int) = {
      val longer = (edge.toDouble * math.max(width, height) / math.min(width, height)).toInt
      if (width <= height) (edge, longer) else (longer, edge)
    }
  }

  /** The shorter edge gets `shortest`, or less where the longer one would exceed `longest`. */
  final case class BetweenEdges(shortest: Int, longest: Int) extends TargetSize {
    def of(width: Int, height: Int): (Int, Int) = {
      val (short, long) = (math.min(width, height).toDouble, math.max(width, height).toDouble)
      val exact = if (long / short * shortest > longest) longest * short / long else shortest.toDouble
      val edge = math.rint(exact).toInt
      val longer = (exact * long / short).toInt
      if (short == edge) (width, height)
      else if (width < height) (edge, longer)
      else (longer, edge)
    }
  }

  /** As large as fits into a box, the shape kept. */
  final case class Within(width: Int, height: Int) extends TargetSize {
    def of(imageWidth: Int, imageHeight: Int): (Int, Int) = {
      val scale = math.min(height.toDouble / imageHeight, width.toDouble / imageWidth)
      ((imageWidth * scale).toInt, (imageHeight * scale).toInt)
    }
  }
}
