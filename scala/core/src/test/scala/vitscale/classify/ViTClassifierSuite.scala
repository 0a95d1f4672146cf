package vitscale.classify

import java.nio.file.Files

import org.scalatest.{BeforeAndAfterAll, EitherValues}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.{ModelException, TestImages, TinyModel, UsageException}

class ViTClassifierSuite extends AnyFunSuite with EitherValues with BeforeAndAfterAll {

  private lazy val classifier = ViTClassifier.open(TinyModel.path, options = TinyModel.options)
  private val images = (0 until 24).map(TestImages.jpeg)

  override def afterAll(): Unit = classifier.close()

  private def labels(answers: Seq[Prediction.Answer]): Seq[Seq[ScoredLabel]] =
    answers.map(_.fold(failure => fail(failure.reason), _.labels))

  test("images get different labels, with probabilities that fall and stay below 1") {
    val found = labels(classifier.classify(images, topK = 3))
    assert(found.map(_.head.label).distinct.size >= 3)
    found.foreach { top =>
      assert(top.size == 3)
      assert(top.map(_.score) == top.map(_.score).sorted.reverse && top.map(_.score).sum <= 1.0001f)
    }
  }

  test("probabilities of all classes sum to 1, and more labels than there are means all") {
    val all = labels(classifier.classify(images.take(1), topK = 100)).head
    assert(all.size == 11)
    assert(math.abs(all.map(_.score).sum - 1) < 1e-5)
    assert(all.filter(_.label == "crane").map(_.id).toSet == Set(2, 5)) // two classes of one name stay two
    assert(all.map(_.id).toSet == (0 until 11).toSet)
    all.foreach(one => assert(one.label == classifier.folder.labels(one.id)))
  }

  test("a threshold keeps the labels from that score on, which may be none") {
    val all = labels(classifier.classify(images, topK = 100))
    for (least <- Seq(0f, 0.05f, 0.3f, 1f)) {
      val found = labels(classifier.classify(images, InferenceOptions(topK = 100, threshold = Some(least))))
      assert(found == all.map(_.filter(_.score >= least)), least)
    }
    assert(InferenceOptions.topK(Some(0.5f)) == Int.MaxValue && InferenceOptions.topK(None) == 5)
    for (wrong <- Seq(-0.1f, 1.1f, Float.NaN))
      assertThrows[UsageException](InferenceOptions(threshold = Some(wrong)))
  }

  test("a regression returns its largest values, and has no threshold") {
    val folder = TinyModel.copy()
    val config = folder.resolve("config.json")
    val text = new String(Files.readAllBytes(config), "UTF-8")
    Files.write(config, text.replaceFirst("\\{", "{\"problem_type\": \"regression\",").getBytes("UTF-8"))
    val regression = ViTClassifier.open(folder, options = TinyModel.options)
    try {
      val request = InferenceOptions(topK = 2, returnLogits = true)
      regression.classify(images.take(3), request).map(_.value).foreach { found =>
        assert(found.labels.map(_.score) == found.logits.get.toSeq.sorted.reverse.take(2))
        assert(found.labels.map(one => found.logits.get(one.id)) == found.labels.map(_.score))
      }
      val refused =
        intercept[UsageException](regression.classify(images, request.copy(threshold = Some(0.5f))))
      assert(refused.getMessage.contains("is a regression"))
    } finally regression.close()
  }

  for (runtime <- Seq("onnxruntime", "onednn"))
    test(s"$runtime: features are asked for by the call, and have one norm if that is asked for") {
      val model = ViTClassifier.open(TinyModel.path, options = TinyModel.options, runtime = runtime)
      try {
        def features(kind: Features, batchSize: Int = 2) =
          model
            .classify(images, InferenceOptions(batchSize = batchSize, features = kind))
            .map(_.value.features)
        assert(features(Features.Off).forall(_.isEmpty))
        val pooled = features(Features.Pooled).map(_.get.toSeq)
        assert(pooled.forall(_.size == model.featureCount) && pooled.distinct.size == images.size)
        features(Features.Pooled, batchSize = 5).map(_.get).zip(pooled).foreach { case (one, other) =>
          assert(one.zip(other).forall { case (x, y) => math.abs(x - y) < 1e-4 })
        }
        features(Features.Normalized).map(_.get).zip(pooled).foreach { case (unit, plain) =>
          val norm = math.sqrt(plain.map(x => x.toDouble * x).sum)
          assert(unit.zip(plain).forall { case (x, y) => math.abs(x - y / norm) < 1e-5 })
        }
      } finally model.close()
    }

  for (
    (name, record, reason) <- Seq(
      ("older", "", "Export the model again: vitscale export MODEL --precision fp32 -o"),
      ("without a linear head", ",\"features\": null", "Its classification head is not one linear layer.")
    )
  ) test(s"a graph $name classifies, and a request for features is refused in one line") {
    val folder = TinyModel.copy()
    val file = folder.resolve("vitscale.json")
    val text = new String(Files.readAllBytes(file), "UTF-8")
    Files.write(file, text.replaceAll(",\\s*\"features\": 32", record).getBytes("UTF-8"))
    val older =
      ViTClassifier.open(folder, options = TinyModel.options, runtime = "onnxruntime")
    try {
      assert(older.classify(images.take(1)).head.isRight)
      val refused =
        intercept[ModelException](older.classify(images, InferenceOptions(features = Features.Pooled)))
      assert(refused.getMessage.contains(s"has no output features. $reason"), refused.getMessage)
    } finally older.close()
  }

  test("every batch size gives the same logits") {
    val one = classifier.classify(images, InferenceOptions(batchSize = 1, returnLogits = true))
    Seq(2, 5, 24, 100).foreach { size =>
      val many = classifier.classify(images, InferenceOptions(batchSize = size, returnLogits = true))
      one.zip(many).foreach { case (a, b) => assert(difference(a, b) < 1e-4, s"batch size $size") }
    }
  }

  test("a graph that takes bytes gives the logits of the graph that takes floats") {
    val bytes = ViTClassifier.open(TinyModel.path, "fp32-uint8", TinyModel.options)
    try {
      val request = InferenceOptions(returnLogits = true)
      classifier.classify(images, request).zip(bytes.classify(images, request)).foreach { case (a, b) =>
        assert(difference(a, b) < 1e-4)
      }
    } finally bytes.close()
  }

  test("an image that fails gives a reason, its neighbours keep their own labels") {
    val good = labels(classifier.classify(images, topK = 2))
    val mixed =
      images.patch(0, Seq(TestImages.garbage), 0).patch(7, Seq(Array.emptyByteArray, images(3).take(40)), 0)
    val answers = classifier.classify(mixed, InferenceOptions(topK = 2, batchSize = 5))
    assert(answers.size == 27)
    assert(Seq(0, 7, 8).forall(answers(_).isLeft))
    assert(answers(7).left.value.reason.contains("empty"))
    assert(labels(answers.filter(_.isRight)) == good)
  }

  test("a batch in which every image fails is answered without a forward pass") {
    assert(classifier.classify(Seq.fill(3)(TestImages.garbage)).forall(_.isLeft))
    assert(classifier.classify(Seq.empty).isEmpty)
  }

  test("a batch size beyond what a buffer holds is refused") {
    val error = intercept[UsageException](classifier.classify(images, InferenceOptions(batchSize = 1000000)))
    assert(error.getMessage.contains("expected at most 174762 for this model"))
    assertThrows[UsageException](InferenceOptions(batchSize = 0))
    assertThrows[UsageException](InferenceOptions(topK = 0))
  }

  test("eight threads share one classifier") {
    val expected = labels(classifier.classify(images, topK = 1))
    val found = new java.util.concurrent.ConcurrentLinkedQueue[Seq[Seq[ScoredLabel]]]()
    val threads = (1 to 8).map { seed =>
      new Thread(() =>
        (1 to 5).foreach(_ => found.add(labels(classifier.classify(images, InferenceOptions(1, seed)))))
      )
    }
    threads.foreach(_.start())
    threads.foreach(_.join())
    assert(found.size == 40)
    assert(
      found
        .toArray(Array.empty[Seq[Seq[ScoredLabel]]])
        .forall(result => result.map(_.head.label) == expected.map(_.head.label))
    )
  }

  test("closing waits for who still classifies, and a closed classifier says so") {
    val other = ViTClassifier.open(TinyModel.path, options = TinyModel.options)
    val caller = new Thread(() =>
      try
        while (true)
          assert(other.stream(images.iterator, InferenceOptions(), parallel = 1)(other.decode).length == 24)
      catch { case _: UsageException => () }
    )
    caller.start()
    Thread.sleep(100)
    other.close()
    other.close()
    caller.join()
    Seq(1, 2).foreach { parallel =>
      val error = intercept[UsageException](
        other.stream(images.iterator, InferenceOptions(), parallel)(other.decode).length
      )
      assert(error.getMessage.contains("was closed"))
    }
  }

  test("a stream reads no further ahead than the batches at work") {
    var read = 0
    val endless = Iterator.continually { read += 1; images(read % images.size) }
    val answers = classifier.stream(endless, InferenceOptions(batchSize = 2), parallel = 2)(classifier.decode)
    assert(answers.take(5).forall(_._2.isRight))
    assert(read <= 2 * (3 + 3))
  }

  private def difference(a: Prediction.Answer, b: Prediction.Answer): Float = {
    def logits(answer: Prediction.Answer) = answer.fold(failure => fail(failure.reason), _.logits.get)
    logits(a).zip(logits(b)).map { case (x, y) => math.abs(x - y) }.max
  }
}
