package vitscale.ml

import com.johnsnowlabs.nlp.HasImageFeatureProperties

import vitscale.UsageException
import vitscale.model.ModelFolder
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** Spark NLP's parameters for preprocessing. Here they tell what the model's `preprocessor_config.json` asks for: how a
  * model wants its pixels is not a matter of taste, so a pipeline that sets something else is refused.
  */
private[ml] trait ModelImageProperties extends HasImageFeatureProperties {

  /** Takes the parameters over from the model. */
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

  /** @throws vitscale.UsageException
    *   if a parameter was set to something else than the model asks for
    */
  protected def checkImageProperties(folder: ModelFolder): Unit = {
    val found =
      Properties(getDoResize, getDoNormalize, getImageMean.toSeq, getImageStd.toSeq, getResample, getSize)
    val wanted = properties(folder)
    if (found != wanted)
      throw new UsageException(
        s"The pipeline sets $found, but ${folder.preprocessorConfig} asks for $wanted. Leave these parameters alone, " +
          "or change that file."
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

  /** What the file does not say keeps Spark NLP's default. */
  private def properties(folder: ModelFolder): Properties = {
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
