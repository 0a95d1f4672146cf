package vitscale.onednn.checkpoint

import java.io.ByteArrayOutputStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}
import java.nio.{ByteBuffer, ByteOrder, FloatBuffer}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.onednn.library.ElementType
import vitscale.{ModelException, TemporaryFolder, TinyModel}

class SafeTensorsSuite extends AnyFunSuite with TemporaryFolder {

  private def file(header: String, numbers: Array[Byte], length: Option[Long] = None): Array[Byte] = {
    val text = header.getBytes(UTF_8)
    val out = new ByteArrayOutputStream()
    val start = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN)
    start.putLong(length.getOrElse(text.length.toLong))
    Seq(start.array, text, numbers).foreach(part => out.write(part, 0, part.length))
    out.toByteArray
  }

  private def tensor(dtype: String, shape: String, offsets: String): String =
    s"""{"a": {"dtype": "$dtype", "shape": $shape, "data_offsets": $offsets}}"""

  private def little(values: Short*): Array[Byte] = {
    val bytes = ByteBuffer.allocate(2 * values.size).order(ByteOrder.LITTLE_ENDIAN)
    values.foreach(bytes.putShort)
    bytes.array
  }

  private def read(folder: Path, name: String, shape: Long*): Seq[Float] = {
    val tensors = SafeTensors.open(folder)
    try {
      val numbers = FloatBuffer.allocate(shape.product.toInt)
      tensors.read(name, shape, numbers)
      numbers.array.toSeq
    } finally tensors.close()
  }

  private def refused(content: Array[Byte]): String = withFolder { folder =>
    Files.write(folder.resolve("model.safetensors"), content)
    intercept[ModelException](SafeTensors.open(folder)).getMessage
  }

  test("halves and bfloat16 become the float32 of the same value") {
    // Python: numpy.float16 of 1, -2, 65504, 2^-24, 2^-14, -inf and 1/3
    val halves =
      little(0x3c00, 0xc000.toShort, 0x7bff, 0x0001, 0x0400, 0xfc00.toShort, 0x3555)
    withFolder { folder =>
      Files.write(folder.resolve("model.safetensors"), file(tensor("F16", "[7]", "[0, 14]"), halves))
      val expected = Seq(1f, -2f, 65504f, 5.9604645e-8f, 6.1035156e-5f, Float.NegativeInfinity, 0.33325195f)
      assert(read(folder, "a", 7) == expected)
    }
    withFolder { folder =>
      val numbers = little(0x3f80, 0xc000.toShort, 0x3eab)
      Files.write(folder.resolve("model.safetensors"), file(tensor("BF16", "[3]", "[0, 6]"), numbers))
      assert(read(folder, "a", 3) == Seq(1f, -2f, 0.33398438f))
    }
    assert(ElementType.ofHalf(0x7e00).isNaN)
  }

  test("a header that lies is refused, and says what was found") {
    val four = new Array[Byte](4)
    Seq(
      Array.emptyByteArray -> "ends after 0 bytes; expected 8 more",
      file("{}", four, Some(1L << 40)) -> "a length of 1099511627776 bytes; expected 2 to",
      file("{}", four, Some(-1)) -> "a length of -1 bytes",
      file("[]", four) -> "no JSON object",
      file("{\"a\": ", four) -> "not JSON",
      file(tensor("F32", "[1]", "[0, 4]").dropRight(1) + ",\"a\":1}", four) -> "Duplicate field",
      file(
        tensor("F32", "[2]", "[0, 8]"),
        four
      ) -> "at the bytes 0 to 8; expected a range within its 4 bytes",
      file(tensor("F32", "[1]", "[-4, 0]"), four) -> "at the bytes -4 to 0",
      file(tensor("F32", "[1]", "[4, 0]"), four) -> "at the bytes 4 to 0",
      file(tensor("F32", "[1]", "[0]"), four) -> "the data_offsets [0]; expected [begin, end]",
      file(tensor("F32", "[1]", "[0, 1e99]"), four) -> "expected [begin, end]",
      file(tensor("F32", "[2]", "[0, 4]"), four) -> "4 bytes; expected what the shape [2] needs",
      file(tensor("F32", "[-1]", "[0, 4]"), four) -> "the shape [-1]",
      file(tensor("F32", "[4611686018427387904, 4]", "[0, 0]"), four) -> "0 bytes; expected what the shape"
    ).foreach { case (content, expected) =>
      val message = refused(content)
      assert(message.contains(expected))
      assert(!message.contains("\n") && message.contains("Download the model again"))
    }
  }

  test("an index must name files beside it") {
    Seq(
      """{"weight_map": {"a": "../other.safetensors"}}""" -> "names the file ../other.safetensors",
      """{"weight_map": {"a": "/etc/passwd"}}""" -> "names the file /etc/passwd",
      """{"weight_map": {"a": "missing.safetensors"}}""" -> "which is not there",
      """{"weight_map": {}}""" -> "names no files",
      "{" -> "is not JSON"
    ).foreach { case (index, expected) =>
      withFolder { folder =>
        Files.write(folder.resolve("model.safetensors.index.json"), index.getBytes(UTF_8))
        assert(intercept[ModelException](SafeTensors.open(folder)).getMessage.contains(expected))
      }
    }
    withFolder { folder =>
      val error = intercept[ModelException](SafeTensors.open(folder))
      assert(error.getMessage.contains("has neither model.safetensors nor model.safetensors.index.json"))
    }
  }

  test("a missing weight and one of another shape are named") {
    val tensors = SafeTensors.open(TinyModel.path)
    try {
      val room = FloatBuffer.allocate(64)
      val missing = intercept[ModelException](tensors.read("vit.none", Seq(1), room))
      assert(
        missing.getMessage.contains(s"${TinyModel.path.resolve("model.safetensors")} lacks vit.none; ") &&
          missing.getMessage.contains("a model of the type vit has it")
      )
      val other = intercept[ModelException](tensors.read("classifier.bias", Seq(12), room))
      assert(other.getMessage.contains("has the shape [11]; config.json makes it [12]"))
    } finally tensors.close()
  }

  test("a file cut short after it was opened is an error, not the end of the process") {
    withFolder { folder =>
      val path = folder.resolve("model.safetensors")
      Files.write(path, file(tensor("F32", "[2]", "[0, 8]"), new Array[Byte](8)))
      val tensors = SafeTensors.open(folder)
      try {
        Files.write(path, Files.readAllBytes(path).dropRight(4))
        val error = intercept[ModelException](tensors.read("a", Seq(2), FloatBuffer.allocate(2)))
        assert(error.getMessage.contains("expected 4 more"))
      } finally tensors.close()
    }
  }
}
