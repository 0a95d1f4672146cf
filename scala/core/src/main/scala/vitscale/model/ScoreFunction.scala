package vitscale.model

/** Maps logits to scores.
  *
  * Source of the rule: `ImageClassificationPipeline.postprocess` of Transformers 5.23, which takes sigmoid for several
  * true labels at once or a single label, nothing for a regression, and softmax else.
  */
sealed trait ScoreFunction {

  /** The scores of some of the classes.
    *
    * @param logits
    *   all logits of one image, finite
    * @param classes
    *   the class ids wanted
    * @return
    *   one score for each of `classes`
    */
  def scores(logits: Array[Float], classes: Array[Int]): Array[Float]
}

object ScoreFunction {

  /** Probabilities that sum to 1 over all classes; shifted by the largest logit, so that nothing overflows. */
  case object Softmax extends ScoreFunction {
    def scores(logits: Array[Float], classes: Array[Int]): Array[Float] = {
      val largest = logits.max
      var sum = 0.0
      var i = 0
      while (i < logits.length) {
        sum += math.exp(logits(i).toDouble - largest)
        i += 1
      }
      classes.map(id => (math.exp(logits(id).toDouble - largest) / sum).toFloat)
    }
  }

  /** A probability for each class on its own. */
  case object Sigmoid extends ScoreFunction {
    def scores(logits: Array[Float], classes: Array[Int]): Array[Float] =
      classes.map(id => (1 / (1 + math.exp(-logits(id).toDouble))).toFloat)
  }

  /** The logits themselves. */
  case object Identity extends ScoreFunction {
    def scores(logits: Array[Float], classes: Array[Int]): Array[Float] = classes.map(logits(_))
  }

  /** Values of `problem_type` in a `config.json`. */
  val ProblemTypes: Seq[String] =
    Seq("regression", "single_label_classification", "multi_label_classification")

  /** @param problemType
    *   `problem_type` of a `config.json`, empty where it has none
    * @param classCount
    *   the number of labels
    */
  def of(problemType: String, classCount: Int): ScoreFunction = problemType match {
    case "regression" => Identity
    case "multi_label_classification" => Sigmoid
    case _ => if (classCount == 1) Sigmoid else Softmax
  }
}
