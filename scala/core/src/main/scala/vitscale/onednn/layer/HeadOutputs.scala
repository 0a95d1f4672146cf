package vitscale.onednn.layer

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.javacpp.Pointer

import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder

/** What a plan writes, in memory that each run names.
  *
  * @param logits
  *   float32 [images, classes]
  * @param features
  *   float32 [images, features]: the input of the classifier; none if it has several
  */
final private[onednn] class HeadOutputs(logits: memory, features: Option[memory]) {
  def writeTo(logitsAt: Pointer, featuresAt: Pointer): Unit = {
    logits.set_data_handle(logitsAt)
    features.foreach(_.set_data_handle(featuresAt))
  }
}

private[onednn] object HeadOutputs {

  /** A float32 tensor [images, numbers], without memory until a run names it. */
  def unplaced(builder: PlanBuilder, images: Long, numbers: Long): memory =
    builder.view(Descs.dense(data_type.f32, images, numbers), null: Pointer)

  /** Adds the step that copies the input of the classifiers.
    *
    * @param pooled
    *   [images, numbers]
    * @return
    *   float32, without memory
    */
  def features(builder: PlanBuilder, pooled: memory): memory = {
    val shape = pooled.get_desc().get_dims()
    val target = unplaced(builder, shape.get(0), shape.get(1))
    builder.convert("features", pooled, target)
    target
  }
}
