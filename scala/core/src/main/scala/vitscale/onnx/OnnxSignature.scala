package vitscale.onnx

import java.nio.file.Path

import scala.jdk.CollectionConverters._

import ai.onnxruntime.{NodeInfo, OnnxJavaType, OrtSession, TensorInfo}

import vitscale.ModelException
import vitscale.preprocess.{PixelLayout, Preprocessor}

/** Checks that a graph accepts this model's pixels and returns one logit for each of its labels. */
private[vitscale] object OnnxSignature {

  val Input = "pixel_values"
  val Output = "logits"
  val Features = "features"

  /** Return the number of features of an image; 0 if the graph has no such output.
    *
    * @throws vitscale.ModelException
    *   if the output has another shape than [batch, width]
    */
  def featureCount(session: OrtSession, file: Path): Int =
    session.getOutputInfo.asScala.get(Features).map(_.getInfo) match {
      case None => 0
      case Some(info: TensorInfo) if info.getShape.length == 2 && info.getShape.last > 0 =>
        info.getShape.last.toInt
      case Some(other) => refuse(file, s"gives $Features as $other, expected [batch, width]")
    }

  /** @return
    *   the layout of the graph's input
    * @throws vitscale.ModelException
    *   if names, types or shapes are other than expected
    */
  def check(session: OrtSession, file: Path, preprocessor: Preprocessor, classCount: Int): PixelLayout = {
    val inputs = session.getInputInfo.asScala.toMap
    if (inputs.keySet != Set(Input))
      refuse(file, s"takes ${names(inputs.keySet)}, expected one input named $Input")
    val pixels = layout(file, tensor(file, inputs, Input), preprocessor)
    checkLogits(file, tensor(file, session.getOutputInfo.asScala.toMap, Output), classCount)
    pixels
  }

  private def layout(file: Path, input: TensorInfo, preprocessor: Preprocessor): PixelLayout = {
    val (height, width) = (preprocessor.height, preprocessor.width)
    val (layout, expected) = input.`type` match {
      case OnnxJavaType.FLOAT =>
        val channels = new PixelLayout.NormalizedChannels(preprocessor, height, width)
        (channels, Seq(3, height, width))
      case OnnxJavaType.UINT8 => (new PixelLayout.RawBytes(height, width), Seq(height, width, 3))
      case other => refuse(file, s"takes $Input as $other, expected FLOAT or UINT8")
    }
    if (!fits(input.getShape, -1 +: expected))
      refuse(
        file,
        s"takes $Input of shape ${shown(input)}, " +
          s"expected [batch, ${expected.mkString(", ")}] to fit preprocessor_config.json"
      )
    layout
  }

  private def checkLogits(file: Path, output: TensorInfo, classCount: Int): Unit = {
    if (output.`type` != OnnxJavaType.FLOAT)
      refuse(file, s"gives $Output as ${output.`type`}, expected FLOAT")
    if (!fits(output.getShape, Seq(-1, classCount)))
      refuse(
        file,
        s"gives $Output of shape ${shown(output)}, expected [batch, $classCount] to fit the model's $classCount labels"
      )
  }

  /** A dimension that the graph leaves open (-1) fits any; the batch has to be open. */
  private def fits(actual: Array[Long], expected: Seq[Int]): Boolean =
    actual.length == expected.size && actual.head == -1 &&
      actual.zip(expected).forall { case (found, wanted) => found == -1 || found == wanted }

  private def tensor(file: Path, nodes: Map[String, NodeInfo], name: String): TensorInfo =
    nodes.get(name).map(_.getInfo) match {
      case Some(info: TensorInfo) => info
      case Some(_) => refuse(file, s"has $name, which is no tensor")
      case None => refuse(file, s"gives ${names(nodes.keySet)}, expected $name among them")
    }

  private def shown(info: TensorInfo): String =
    info.getShape.map(size => if (size == -1) "any" else size.toString).mkString("[", ", ", "]")

  private def names(found: Set[String]): String = found.toSeq.sorted.mkString(", ")

  private def refuse(file: Path, what: String): Nothing =
    throw new ModelException(s"The graph $file $what. Make one: vitscale export MODEL -o DIR")
}
