package vitscale.preprocess

import java.nio.FloatBuffer

import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

import vitscale.ModelException
import vitscale.image.{PackedImage, RgbImage}
import vitscale.resize.{Resample, TargetSize}

class PreprocessorSuite extends AnyFunSuite with ScalaCheckPropertyChecks {

  private def preprocessor(json: String): Preprocessor = new Preprocessor(PreprocessorConfig.parse(json))

  private def refusal(json: String): String =
    intercept[ModelException](PreprocessorConfig.parse(json)).getMessage

  private def plain(width: Int, height: Int, color: Int = 7): RgbImage =
    RgbImage(width, height, Array.fill(width * height * 3)(color.toByte))

  test("an empty configuration is ViTImageProcessor's") {
    val config = PreprocessorConfig.parse("{}")
    assert(config.resize.contains((TargetSize.Fixed(224, 224), Resample.Bilinear)))
    assert(config.crop.isEmpty && config.rescaleFactor.contains(1 / 255.0))
    assert(config.normalize.contains((Seq(0.5, 0.5, 0.5), Seq(0.5, 0.5, 0.5))))
  }

  test("DeiT resizes to 256, bicubic, and crops to 224") {
    val config = PreprocessorConfig.parse("""{"image_processor_type": "DeiTImageProcessor"}""")
    assert(config.resize.contains((TargetSize.Fixed(256, 256), Resample.Bicubic)))
    assert(config.crop.contains((224, 224)))
  }

  test("size in all its forms") {
    def target(size: String): TargetSize = PreprocessorConfig.parse(s"""{"size": $size}""").resize.get._1
    assert(target("32") == TargetSize.Fixed(32, 32))
    assert(target("[20, 30]") == TargetSize.Fixed(width = 30, height = 20))
    assert(target("""{"height": 20, "width": 30}""") == TargetSize.Fixed(width = 30, height = 20))
    assert(target("""{"shortest_edge": 9}""").of(30, 20) == ((13, 9)))
    assert(target("""{"shortest_edge": 9, "longest_edge": 10}""").of(30, 20) == ((10, 7)))
    assert(target("""{"max_height": 9, "max_width": 90}""").of(30, 20) == ((13, 9)))
  }

  test("what is not supported is refused by name") {
    val refused = Map(
      """{"size": {"longest_edge": 5}}""" -> "size",
      """{"size": 0}""" -> "size",
      """{"size": "224"}""" -> "size",
      """{"resample": 9}""" -> "resample",
      """{"do_resize": 1}""" -> "do_resize",
      """{"do_pad": true}""" -> "do_pad",
      """{"do_center_crop": true}""" -> "crop_size",
      """{"image_mean": [0.5, 0.5]}""" -> "image_mean",
      """{"image_std": [0.5, 0, 0.5]}""" -> "image_std",
      """{"rescale_factor": "1/255"}""" -> "rescale_factor",
      """{"image_processor_type": "DonutImageProcessor"}""" -> "image_processor_type",
      """{"image_processor_type": "ConvNextImageProcessor", "crop_pct": 2}""" -> "crop_pct",
      """{"image_processor_type": "ConvNextImageProcessor", "size": {"height": 9, "width": 9}}""" -> "size",
      """{"image_processor_type": "MobileViTImageProcessor", "do_flip_channel_order": 1}""" -> "do_flip_channel_order"
    )
    refused.foreach { case (json, name) => assert(refusal(json).startsWith(s"$name"), json) }
    assert(refusal("[]").contains("JSON object"))
    assert(refusal("{").contains("not JSON"))
  }

  test("switches turn steps off, null as well; what a step needs must not be null") {
    Seq("false", "null").foreach { off =>
      val config = PreprocessorConfig.parse(
        s"""{"do_resize": $off, "do_rescale": $off, "do_normalize": $off, "size": null, "resample": null}"""
      )
      assert(config == PreprocessorConfig(None, None, None, None))
    }
    Seq("size", "resample", "rescale_factor", "image_mean", "image_std").foreach { name =>
      assert(
        refusal(
          s"""{"$name": null}"""
        ) == s"$name: got null, expected a value, or no such field for the default"
      )
    }
  }

  test("a size that depends on the image cannot be batched, unless a crop makes it one") {
    val varying = """"size": {"shortest_edge": 9}"""
    intercept[ModelException](preprocessor(s"{$varying}").width)
    val cropped = preprocessor(s"""{$varying, "do_center_crop": true, "crop_size": 8}""")
    assert((cropped.width, cropped.height) == ((8, 8)))
    assert(preprocessor(s"{$varying}").pixels(plain(30, 20)).width == 13)
  }

  test("the pixels have the tensor's size, whatever the image's") {
    val cropping = preprocessor("""{"size": 12, "do_center_crop": true, "crop_size": [7, 15]}""")
    forAll(Gen.choose(1, 50), Gen.choose(1, 50)) { (width, height) =>
      val pixels = cropping.pixels(plain(width, height))
      assert((pixels.width, pixels.height) == ((15, 7)))
    }
  }

  test("floats come plane by plane at the buffer's position and move it") {
    val image = RgbImage(2, 1, Array(0, 51, 102, -1, 204, 153).map(_.toByte))
    val out = FloatBuffer.allocate(8)
    out.put(-1f)
    preprocessor("""{"do_normalize": false}""").writeNormalized(PackedImage.of(image), out)
    assert(out.position() == 7)
    assert(out.array.toSeq == Seq(-1f, 0f, 1f, 0.2f, 0.8f, 0.4f, 0.6f, 0f))
  }
}
