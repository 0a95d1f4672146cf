package vitscale.ml

import java.util

import scala.jdk.CollectionConverters._

import com.johnsnowlabs.nlp._
import org.apache.spark.ml.{PipelineModel, Transformer}

/** Spark NLP's `LightPipeline` for images, with an annotation for every image. A path that cannot be read or decoded has an
  * empty image, and an annotation of [[VitScaleForImageClassification]] with the reason under `error`.
  *
  * The stock class decodes with `javax.imageio`, which fills the missing part of a truncated JPEG with gray. It returns no
  * annotation for a missing file, and an empty file aborts the whole list.
  *
  * Other annotators receive only readable images.
  */
final class ImageLightPipeline(model: PipelineModel, parseEmbeddings: Boolean)
    extends LightPipeline(model, parseEmbeddings) {

  private type Annotations = Map[String, Seq[IAnnotation]]

  override def fullAnnotateImage(pathToImage: String, text: String): Annotations =
    annotated(Seq(pathToImage -> text)).head

  override def fullAnnotateImages(pathToImages: Array[String], texts: Array[String]): Array[Annotations] =
    annotated(paired(pathToImages, texts)).toArray

  override def fullAnnotate(target: String, optionalTarget: String): Annotations =
    fullAnnotateImage(target, optionalTarget)

  override def fullAnnotateImageJava(pathToImage: String): util.Map[String, util.List[IAnnotation]] =
    asJava(fullAnnotateImage(pathToImage, ""))

  override def fullAnnotateImageJava(
      pathToImages: util.ArrayList[String],
      texts: util.ArrayList[String]
  ): util.List[util.Map[String, util.List[IAnnotation]]] =
    annotated(paired(pathToImages.asScala, texts.asScala)).map(asJava).asJava

  /** With metadata as a map of Java, which Python reads as a dict. */
  private def asJava(annotations: Annotations): util.Map[String, util.List[IAnnotation]] =
    annotations.map { case (column, found) => column -> found.map(forJava).asJava }.asJava

  private def forJava(annotation: IAnnotation): IAnnotation = annotation match {
    case one: Annotation =>
      JavaAnnotation(
        one.annotatorType,
        one.begin,
        one.end,
        one.result,
        one.metadata.toMap.asJava,
        one.embeddings
      )
    case other => other
  }

  private def paired(paths: Seq[String], texts: Seq[String]): Seq[(String, String)] = {
    if (texts.nonEmpty && texts.size != paths.size)
      throw new IllegalArgumentException(
        s"There are ${paths.size} images and ${texts.size} texts; expected one text per image, or none."
      )
    if (texts.isEmpty) paths.map(_ -> "") else paths.zip(texts)
  }

  /** All images pass each stage together, so that annotators can batch them. */
  private def annotated(images: Seq[(String, String)]): Seq[Annotations] = {
    val read = images.par.map { case (path, text) => LightImage.read(path, text) }.seq.toIndexedSeq
    run(getStages, read, read.map(_ => Map.empty[String, Seq[IAnnotation]]))
  }

  private def run(
      stages: Seq[Transformer],
      images: Seq[AnnotationImage],
      start: Seq[Annotations]
  ): Seq[Annotations] =
    stages.foldLeft(start) {
      case (found, assembler: ImageAssembler) =>
        found.zip(images).map { case (one, image) => one.updated(assembler.getOutputCol, Seq(image)) }
      case (found, lazyOne: AnnotatorModel[_]) if lazyOne.getLazyAnnotator => found
      case (found, ours: VitScaleForImageClassification) =>
        val answers = ours.batchAnnotate(found.map(inputs(_, ours.getInputCols)))
        found.zip(answers).map { case (one, answer) => one.updated(ours.getOutputCol, answer) }
      case (found, other: AnnotatorModel[_] with HasBatchedAnnotateImage[_]) =>
        found.map { one =>
          val readable = inputs(one, other.getInputCols).filterNot(LightImage.hasFailed)
          val answer = if (readable.isEmpty) Seq.empty else other.batchAnnotate(Seq(readable)).head
          one.updated(other.getOutputCol, answer)
        }
      case (found, finisher: Finisher) =>
        found.map(_.filter { case (column, _) => finisher.getInputCols.contains(column) })
      case (found, inner: PipelineModel) => run(inner.stages, images, found)
      case (found, _) => found
    }

  private def inputs(annotations: Annotations, columns: Array[String]): Array[AnnotationImage] =
    columns.flatMap(annotations.getOrElse(_, Seq.empty)).collect { case image: AnnotationImage => image }
}

object ImageLightPipeline {

  /** Return the pipeline that annotates single images: this class if it supports all stages, else Spark NLP's own. */
  def of(model: PipelineModel, parseEmbeddings: Boolean): LightPipeline =
    if (model.stages.forall(isKnown)) new ImageLightPipeline(model, parseEmbeddings)
    else new LightPipeline(model, parseEmbeddings)

  private def isKnown(stage: Transformer): Boolean = stage match {
    case _: ImageAssembler | _: HasBatchedAnnotateImage[_] | _: Finisher => true
    case inner: PipelineModel => inner.stages.forall(isKnown)
    case _: RawAnnotator[_] | _: GraphFinisher | _: HasOutputAnnotatorType => false
    case _ => true
  }
}
