package vitscale.ml

import com.johnsnowlabs.nlp.HasImageFeatureProperties

import vitscale.UsageException
import vitscale.model.ModelFolder
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** Spark NLP's parameters for preprocessing. Here they show the settings of the model's `preprocessor_config.json`. The model
  * determines its preprocessing, so a pipeline with other values is refused.
  */
private[ml] trait ModelImageProperties extends HasImageFeatureProperties {

  /** Set the parameters to the values of the model. */
  protected def setImageProperties(folder: ModelFolder): this.type = {
    val wanted = properties(folder)
    setDoResize(wanted.doResize)
    setDoNormalize(wanted.doNormalize)
    setImageMean(wanted.mean.toArray)
    setImageStd(wanted.std.toArray)
    setResample(wanted.resample)
    setSize(wanted.size)
    this
  }

  /** Check that the parameters have the values of the model.
    *
    * @throws vitscale.UsageException
    *   if a parameter has another value
    */
  protected def checkImageProperties(folder: ModelFolder): Unit = {
    val found =
      Properties(getDoResize, getDoNormalize, getImageMean.toSeq, getImageStd.toSeq, getResample, getSize)
    val wanted = properties(folder)
    if (found != wanted)
      throw new UsageException(
        s"The pipeline sets $found, but ${folder.preprocessorConfig} sets $wanted. Do not set these parameters, or change " +
          "that file."
      )
  }

  private case class Properties(
      doResize: Boolean,
      doNormalize: Boolean,
      mean: Seq[Double],
      std: Seq[Double],
      resample: Int,
      size: Int
  )

  /** Read the parameters from the file. Values that the file lacks keep Spark NLP's defaults. */
  private def properties(folder: ModelFolder): Properties = {
    folder.requireVit("the annotator of Spark NLP's pipelines")
    val config = PreprocessorConfig.read(folder.preprocessorConfig)
    Properties(
      doResize = config.resize.isDefined,
      doNormalize = config.normalize.isDefined,
      mean = config.normalize.fold(getImageMean.toSeq)(_._1),
      std = config.normalize.fold(getImageStd.toSeq)(_._2),
      resample = config.resize.fold(getResample)(_._2.number),
      size = new Preprocessor(config).height
    )
  }
}
