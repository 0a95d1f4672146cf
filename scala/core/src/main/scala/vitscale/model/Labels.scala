package vitscale.model

import scala.collection.JavaConverters._

import com.fasterxml.jackson.databind.JsonNode

import vitscale.ModelException

/** Label texts by class id, from the two forms that models keep them in. */
private[model] object Labels {

  /** From `id2label` of a Transformers `config.json`.
    *
    * @param file
    *   where it stands, for messages
    * @throws vitscale.ModelException
    *   if the ids are not 0, 1, 2, ..., or a label is no text
    */
  def fromConfig(id2label: JsonNode, file: Any): IndexedSeq[String] = {
    val byId = id2label
      .fields()
      .asScala
      .map { entry =>
        val text = entry.getValue
        if (!text.isTextual && !text.isNumber)
          throw new ModelException(
            s"id2label of $file gives class ${entry.getKey} the label $text; expected a text. Export the model again."
          )
        entry.getKey -> text.asText
      }
      .toMap
    val labels = (0 until byId.size).map(id => byId.get(id.toString))
    if (labels.isEmpty || labels.exists(_.isEmpty))
      throw new ModelException(
        s"id2label of $file has ${byId.size} entries that are not numbered from 0 on. Export the model again."
      )
    labels.flatten
  }

  /** From Spark NLP's `labels.json`, label -> id. It cannot hold two classes of one name (ImageNet has two cranes), so
    * a gap gets the name that Transformers gives to a class without one.
    *
    * @throws vitscale.ModelException
    *   if an id is not a number
    */
  def fromIds(label2id: JsonNode, file: Any): IndexedSeq[String] = {
    val byId = label2id
      .fields()
      .asScala
      .map { entry =>
        val id = entry.getValue
        if (!id.asText.matches("\\d{1,9}"))
          throw new ModelException(
            s"$file gives ${entry.getKey} the id $id; expected label -> id, from 0 on."
          )
        id.asInt -> entry.getKey
      }
      .toMap
    if (byId.isEmpty) throw new ModelException(s"$file holds no labels; expected label -> id, from 0 on.")
    (0 to byId.keys.max).map(id => byId.getOrElse(id, s"LABEL_$id"))
  }
}
