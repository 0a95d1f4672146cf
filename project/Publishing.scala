import scala.xml.transform.{RewriteRule, RuleTransformer}
import scala.xml.{Elem, Node, NodeSeq, XML}

import sbt._
import sbt.Keys._

/** What `publishM2` and `publishLocal` write: a POM, the jar, its sources and its API. */
object Publishing {

  val checkPom = taskKey[Unit]("fails if the POM brings a dependency that the module must not have")

  /** Settings of a published module.
    *
    * @param without
    *   organizations that its users must not get from it; a dependency in the scope `provided` is allowed
    */
  def published(about: String, without: String*): Seq[Setting[_]] = Seq(
    description := about,
    licenses := Seq("Apache-2.0" -> url("https://www.apache.org/licenses/LICENSE-2.0.txt")),
    // Where the API of a released version can be read; the API of a module above links there.
    apiURL := Some(url(s"https://javadoc.io/doc/${organization.value}/${name.value}_2.12/${version.value}/")),
    autoAPIMappings := true,
    pomPostProcess := (new RuleTransformer(ForUsers)(_)),
    checkPom := require(XML.loadFile(makePom.value), without.toSet)
  )

  val unpublished: Seq[Setting[_]] = Seq(publish / skip := true, checkPom := {})

  /** Drops what only the build needs: test libraries, and native libraries of the platform that publishes. */
  private object ForUsers extends RewriteRule {
    override def transform(node: Node): Seq[Node] = node match {
      case dependency: Elem if dependency.label == "dependency" && isForBuild(dependency) => NodeSeq.Empty
      case other => other
    }

    private def isForBuild(dependency: Elem): Boolean =
      (dependency \ "scope").text == "test" || (dependency \ "classifier").nonEmpty
  }

  private def require(pom: Elem, without: Set[String]): Unit = {
    val brought = (pom \ "dependencies" \ "dependency").filter(one => (one \ "scope").text != "provided")
    val wrong = brought.map(one => (one \ "groupId").text -> (one \ "artifactId").text).filter {
      case (organization, _) => without(organization)
    }
    if (wrong.nonEmpty)
      sys.error(
        s"The POM of ${(pom \ "artifactId").text} brings ${wrong.map(_._2).mkString(", ")}, which it must not"
      )
    if (brought.isEmpty) sys.error(s"The POM of ${(pom \ "artifactId").text} has no dependencies")
  }
}
