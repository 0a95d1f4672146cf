package vitscale.model

import java.nio.file.Path

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import vitscale.ModelException

/** Label texts by class id, from the two forms that models keep them in. */
private[vitscale] object Labels {

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
    val byId = ids(label2id, file).map(_.swap)
    (0 to byId.keys.max).map(id => byId.getOrElse(id, s"LABEL_$id"))
  }

  /** Class ids by the texts of Spark NLP's `labels.json`, which its annotator returns.
    *
    * @param folder
    *   what Spark NLP's `loadSavedModel` takes
    * @throws vitscale.ModelException
    *   if the file cannot be read, or an id is not a number
    */
  def sparkNlpIds(folder: Path): Map[String, Int] = {
    val file = folder.resolve("assets").resolve("labels.json")
    ids(JsonFile.read(file), file)
  }

  private def ids(label2id: JsonNode, file: Any): Map[String, Int] = {
    val byText = label2id
      .fields()
      .asScala
      .map { entry =>
        val id = entry.getValue
        if (!id.asText.matches("\\d{1,9}"))
          throw new ModelException(
            s"$file gives ${entry.getKey} the id $id; expected label -> id, from 0 on."
          )
        entry.getKey -> id.asInt
      }
      .toMap
    if (byText.isEmpty) throw new ModelException(s"$file holds no labels; expected label -> id, from 0 on.")
    byText
  }
}
