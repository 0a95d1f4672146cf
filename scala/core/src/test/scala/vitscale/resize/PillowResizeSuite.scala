package vitscale.resize

import org.scalacheck.Gen
import org.scalatest.funsuite.AnyFunSuite
import org.scalatestplus.scalacheck.ScalaCheckPropertyChecks

import vitscale.image.{Orientation, PackedImage, RgbImage}

/** What holds of any resampling; that the bytes are Pillow's is shown by tests/parity/test_pixels.py. */
class PillowResizeSuite extends AnyFunSuite with ScalaCheckPropertyChecks {

  private val sizes = Gen.choose(1, 40)
  private val filters = Gen.oneOf(Resample.all)

  private val images: Gen[RgbImage] = for {
    width <- sizes
    height <- sizes
    bytes <- Gen.listOfN(width * height * 3, Gen.choose(0, 255))
  } yield RgbImage(width, height, bytes.map(_.toByte).toArray)

  test("an image of the wanted size is left alone") {
    forAll(images, filters) { (image, filter) =>
      val packed = PackedImage.of(image)
      assert(PillowResize.resize(packed, image.width, image.height, filter) eq packed)
    }
  }

  test("one colour stays that colour at any size") {
    forAll(sizes, sizes, sizes, sizes, filters, Gen.choose(0, 255)) { (w, h, toW, toH, filter, color) =>
      val image = RgbImage(w, h, Array.fill(w * h * 3)(color.toByte))
      val resized = PillowResize.resize(image, toW, toH, filter)
      assert(resized.width == toW && resized.height == toH)
      assert(resized.toRgb.data.forall(_ == color.toByte))
    }
  }

  test("filters without negative lobes stay between the darkest and the brightest sample") {
    val bounded = Gen.oneOf(Resample.Nearest, Resample.Box, Resample.Bilinear, Resample.Hamming)
    forAll(images, sizes, sizes, bounded) { (image, width, height, filter) =>
      val before = image.data.map(_ & 0xff)
      val after = PillowResize.resize(image, width, height, filter).toRgb.data.map(_ & 0xff)
      assert(after.min >= before.min && after.max <= before.max)
    }
  }

  test("mirroring and resizing can be exchanged, up to the rounding of a weight") {
    forAll(images, sizes, sizes, Gen.oneOf(Resample.Bilinear, Resample.Bicubic, Resample.Lanczos)) {
      (image, width, height, filter) =>
        val oneWay = PillowResize.resize(Orientation.upright(image, 2), width, height, filter)
        val other = Orientation.upright(PillowResize.resize(image, width, height, filter), 2)
        oneWay.toRgb.data.zip(other.toRgb.data).foreach { case (a, b) =>
          assert(math.abs((a & 0xff) - (b & 0xff)) <= 1)
        }
    }
  }

  test("the weights of a position add up to one") {
    forAll(
      Gen.choose(1, 3000),
      Gen.choose(1, 500),
      Gen.oneOf(Resample.all.collect { case k: Resample.Kernel => k })
    ) { (from, to, filter) =>
      val table = ResizeWeights.of(from, to, filter)
      val one = 1 << ResizeWeights.FractionBits
      (0 until to).foreach { i =>
        val weights = table.weights.slice(i * table.stride, i * table.stride + table.count(i))
        assert(math.abs(weights.sum - one) <= table.count(i))
      }
    }
  }
}
