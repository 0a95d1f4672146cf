package vitscale.preprocess

import com.fasterxml.jackson.databind.node.ObjectNode

import vitscale.resize.{Resample, TargetSize}

/** Reads the settings of a `preprocessor_config.json` as the class does that it names. */
final private[preprocess] class PreprocessorReader(fields: ObjectNode) {

  private val settings = new ProcessorSettings(fields)
  private val defaults = ProcessorClass.of(settings)
  import settings.{flag, keysOf, number, positive, refuse, square, value, when}

  def config: PreprocessorConfig = {
    if (flag("do_pad", default = false)) refuse("do_pad", "padding is not supported")
    val (resize, crop) = geometry
    val isEfficientNet = defaults.steps == ProcessorSteps.EfficientNet
    val isMobileViT = defaults.steps == ProcessorSteps.MobileViT
    val rescaleFactor =
      when("do_rescale", default = true)(number("rescale_factor").getOrElse(1 / 255.0))
    PreprocessorConfig(
      resize = resize,
      crop = crop,
      rescaleFactor = rescaleFactor,
      normalize =
        if (isMobileViT) None
        else
          when("do_normalize", default = true)(
            (settings.channels("image_mean", defaults.mean), deviations)
          ),
      rescaleOffset = isEfficientNet && rescaleFactor.isDefined && flag("rescale_offset", default = false),
      divideAgain = if (isEfficientNet) when("include_top", default = true)(deviations) else None,
      flipsChannels = isMobileViT && flag("do_flip_channel_order", default = true),
      cropsToEven = defaults.steps == ProcessorSteps.Timm
    )
  }

  /** Resizing and cropping, with the sizes that the class makes of `size`. */
  private def geometry: (Option[(TargetSize, Resample)], Option[(Int, Int)]) = {
    val crop =
      if (defaults.steps == ProcessorSteps.Segformer) None
      else when("do_center_crop", defaults.centerCrop)(cropSize)
    when("do_resize", default = true)((targetSize, resample)) match {
      case None => (None, crop)
      case Some((size, filter)) =>
        val (target, cut) = defaults.steps match {
          case ProcessorSteps.ConvNext => convNext(size, crop)
          case ProcessorSteps.PoolFormer => (poolFormer(size), crop)
          case ProcessorSteps.Levit => (levit(size), crop)
          case _ => (size, crop)
        }
        (Some((target, filter)), cut)
    }
  }

  private def convNext(size: TargetSize, crop: Option[(Int, Int)]): (TargetSize, Option[(Int, Int)]) =
    size match {
      case TargetSize.ShortestEdge(edge) if edge >= PreprocessorReader.WarpedFrom =>
        cropShare
        (TargetSize.Fixed(edge, edge), crop)
      case TargetSize.ShortestEdge(edge) =>
        if (crop.isDefined) refuse("do_center_crop", "got true, but ConvNextImageProcessor crops already")
        (TargetSize.ShortestEdge((edge / cropShare).toInt), Some((edge, edge)))
      case _ =>
        refuse("size", s"got ${fields.get("size")}, expected shortest_edge, as ConvNextImageProcessor does")
    }

  private def poolFormer(size: TargetSize): TargetSize =
    if (settings.isNull("crop_pct")) size
    else
      size match {
        case TargetSize.ShortestEdge(edge) => TargetSize.ShortestEdge((edge / cropShare).toInt)
        case TargetSize.Fixed(width, height) if width == height =>
          TargetSize.ShortestEdge((height / cropShare).toInt)
        case TargetSize.Fixed(width, height) =>
          TargetSize.Fixed((width / cropShare).toInt, (height / cropShare).toInt)
        case _ =>
          refuse("size", s"got ${fields.get("size")}, expected shortest_edge, or height and width")
      }

  private def levit(size: TargetSize): TargetSize = {
    def larger(edge: Int) = TargetSize.ShortestEdge((256.0 / 224.0 * edge).toInt)
    size match {
      case TargetSize.ShortestEdge(edge) => larger(edge)
      case TargetSize.BetweenEdges(shortest, _) => larger(shortest)
      case other => other
    }
  }

  /** `crop_pct`: the share of the resized image that the crop keeps. */
  private def cropShare: Double = {
    val default = if (defaults.steps == ProcessorSteps.PoolFormer) 0.9 else 224.0 / 256.0
    val share = number("crop_pct").getOrElse(default)
    if (share > 0 && share <= 1) share
    else refuse("crop_pct", s"got $share, expected a number above 0, at most 1")
  }

  private def targetSize: TargetSize = value("size") match {
    case None => defaults.size
    case Some(box: ObjectNode) => namedSize(box)
    case Some(edge) if !edge.isArray && !flag("default_to_square", defaults.squareSize) =>
      TargetSize.ShortestEdge(positive("size", edge))
    case Some(other) => square("size", other)
  }

  private def namedSize(box: ObjectNode): TargetSize = {
    def edge(name: String): Int = positive(s"size.$name", box.get(name))
    keysOf(box) match {
      case Seq("height", "width") => TargetSize.Fixed(edge("width"), edge("height"))
      case Seq("shortest_edge") => TargetSize.ShortestEdge(edge("shortest_edge"))
      case Seq("longest_edge", "shortest_edge") =>
        TargetSize.BetweenEdges(edge("shortest_edge"), edge("longest_edge"))
      case Seq("max_height", "max_width") => TargetSize.Within(edge("max_width"), edge("max_height"))
      case keys =>
        refuse(
          "size",
          s"got $box with ${keys.mkString(", ")}; expected height and width, or shortest_edge " +
            "(with longest_edge if need be), or max_height and max_width, as Transformers' PIL processor does"
        )
    }
  }

  private def cropSize: (Int, Int) = value("crop_size") match {
    case None =>
      val side =
        defaults.crop.getOrElse(refuse("crop_size", "do_center_crop is on and crop_size is missing"))
      (side, side)
    case Some(box: ObjectNode) if keysOf(box) == Seq("height", "width") =>
      (positive("crop_size.width", box.get("width")), positive("crop_size.height", box.get("height")))
    case Some(box: ObjectNode) => refuse("crop_size", s"got $box, expected height and width")
    case Some(other) =>
      val fixed = square("crop_size", other)
      (fixed.width, fixed.height)
  }

  private def resample: Resample = value("resample") match {
    case None => defaults.resample
    case Some(node) =>
      Resample.fromNumber(if (node.isInt) node.asInt else -1).getOrElse {
        val known = Resample.all.map(filter => s"${filter.number} ($filter)").mkString(", ")
        refuse("resample", s"got $node, expected one of $known")
      }
  }

  private def deviations: Seq[Double] = {
    val std = settings.channels("image_std", defaults.deviation)
    if (std.contains(0.0)) refuse("image_std", s"got ${std.mkString(", ")}: pixels cannot be divided by 0")
    std
  }
}

private[preprocess] object PreprocessorReader {

  /** Shortest edge from which ConvNeXT's processor warps. */
  private val WarpedFrom = 384
}
