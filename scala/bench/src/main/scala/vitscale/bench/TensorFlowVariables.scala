package vitscale.bench

import scala.util.Try

/** Environment variables of Spark NLP's TensorFlow engine: TensorFlow reads them when it is loaded, and has no other
  * setting.
  */
private[bench] object TensorFlowVariables {

  /** Whether oneDNN is switched on. */
  def usesOneDnn: Boolean = sys.env.get("TF_ENABLE_ONEDNN_OPTS").contains("1")

  /** Threads of one operation, if the environment sets them. */
  def threads: Option[Int] = sys.env.get("TF_NUM_INTRAOP_THREADS").flatMap(text => Try(text.toInt).toOption)
}
