package vitscale.ml

import org.apache.spark.ml.param.{IntParam, Param, ParamValidators, Params}

import vitscale.UsageException
import vitscale.classify.{InferenceOptions, RuntimeChoice}
import vitscale.device.Device
import vitscale.model.ModelFolder

/** The parameters of every Spark stage of ViTScale.
  *
  * @groupname param Parameters
  * @groupname setParam Parameter setters
  * @groupname getParam Parameter getters
  */
trait ViTParams extends Params {

  /** Folder of the model, as `vitscale export` writes it: a path that every node can read, or a URI of a Hadoop file system
    * (`hdfs:`, `s3a:`, ...), from which each node makes itself a copy.
    *
    * @group param
    */
  final val modelPath: Param[String] =
    new Param[String](this, "modelPath", "model folder, made by `vitscale export`")

  /** Precision of the model, `fp32` by default: a folder below `onnx/`; or `fp32`, `bf16` or `int8` of oneDNN.
    *
    * @group param
    */
  final val precision: Param[String] =
    new Param[String](this, "precision", "precision of the model: fp32, bf16, int8, fp32-uint8, ...")

  /** Number of labels for each image, 5 by default.
    *
    * @group param
    */
  final val topK: IntParam =
    new IntParam(this, "topK", "number of labels for each image (default: 5)", ParamValidators.gt(0))

  /** Threads of one forward pass. 0, the default, picks the fastest setting: one thread per pass inside a Spark task, with
    * one pass per core, and all cores for a single image (`LightPipeline`).
    *
    * @group param
    */
  final val threads: IntParam =
    new IntParam(
      this,
      "threads",
      "threads of one forward pass; 0 picks the fastest setting (default: 0)",
      ParamValidators.gtEq(0)
    )

  /** Device for the model: `cpu`, the default, or `gpu`. On a cluster, Spark's resource scheduling assigns each task its GPU
    * (`spark.task.resource.gpu.amount`). With a local master, it is the first GPU.
    *
    * @group param
    */
  final val device: Param[String] =
    new Param[String](
      this,
      "device",
      "device for the model: cpu or gpu (default: cpu)",
      ParamValidators.inArray(Device.names.toArray)
    )

  /** Library that computes the forward pass: `onnxruntime` runs the exported graph, `onednn` the checkpoint's weights on the
    * CPU; `auto`, the default, picks the faster one. Each executor picks its own: set a library if their CPUs differ.
    *
    * @group param
    */
  final val runtime: Param[String] =
    new Param[String](
      this,
      "runtime",
      "library that computes the forward pass: auto (the faster one here), onnxruntime or onednn (default: auto)",
      ParamValidators.inArray(RuntimeChoice.names.toArray)
    )

  setDefault(
    precision -> "fp32",
    runtime -> RuntimeChoice.Auto,
    topK -> 5,
    threads -> 0,
    device -> Device.Cpu.name
  )

  /** @group getParam */
  final def getModelPath: String = $(modelPath)

  /** @group getParam */
  final def getPrecision: String = $(precision)

  /** @group getParam */
  final def getTopK: Int = $(topK)

  /** @group getParam */
  final def getThreads: Int = $(threads)

  /** @group getParam */
  final def getDevice: String = $(device)

  /** @group getParam */
  final def getRuntime: String = $(runtime)

  /** What classifies inside the tasks. */
  private[ml] def taskClassifier(request: InferenceOptions): TaskClassifier =
    TaskClassifier(location, $(threads), request, Device.named($(device), gpus = 1))

  /** @throws vitscale.UsageException
    *   if no model was named
    */
  private[ml] def location: ModelLocation = {
    if (!isDefined(modelPath))
      throw new UsageException(
        "No model folder is set. Call setModelPath with a folder made by `vitscale export`."
      )
    ModelLocation.here($(modelPath), $(precision), $(runtime)).current
  }

  /** Opens the model on the driver, and warns if its weights are random.
    *
    * @throws vitscale.ModelException
    *   if it cannot be reached, or is no whole model
    */
  private[ml] def openModel(): ModelFolder = {
    val (place, model) = (location, location.open())
    RandomWeights.warn(place, model)
    model
  }

  /** The warning about the model, for Python; null if there is none. */
  private[vitscale] def modelWarning: String = location.open().warning.orNull

  /** @group setParam */
  def setModelPath(value: String): this.type = set(modelPath, value)

  /** @group setParam */
  def setPrecision(value: String): this.type = set(precision, value)

  /** @group setParam */
  def setTopK(value: Int): this.type = set(topK, value)

  /** @group setParam */
  def setThreads(value: Int): this.type = set(threads, value)

  /** @group setParam */
  def setRuntime(value: String): this.type = set(runtime, value)

  /** @group setParam */
  def setDevice(value: String): this.type = set(device, value)
}
