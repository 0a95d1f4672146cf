package vitscale

import com.tngtech.archunit.core.domain.JavaClasses
import com.tngtech.archunit.core.importer.{ClassFileImporter, ImportOption, Location}
import com.tngtech.archunit.lang.ArchRule
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices
import org.scalatest.funsuite.AnyFunSuite

/** The borders between packages inside a module. The compiler keeps those between modules. */
class BordersSuite extends AnyFunSuite {

  private val noTests: ImportOption = (location: Location) => !location.contains("/test-classes/")
  private val classes: JavaClasses =
    new ClassFileImporter().withImportOption(noTests).importPackages("vitscale")

  private val rules: Seq[(String, ArchRule)] = Seq(
    "no circle between packages" -> slices().matching("vitscale.(**)").should().beFreeOfCycles(),
    "images know no model" -> border("vitscale.image..")(
      "vitscale.model..",
      "vitscale.classify..",
      "vitscale.onnx.."
    ),
    "the engine knows no Spark" ->
      border("vitscale.classify..", "vitscale.forward..", "vitscale.onnx..", "vitscale.model..")(
        "org.apache.."
      ),
    "the stages know no job" -> border("vitscale.ml..")("vitscale.job.."),
    "the job's inputs know neither its run nor its isolation" ->
      border("vitscale.job.input..")("vitscale.job.run..", "vitscale.job.isolate.."),
    "the job's records know no other room of it" ->
      border("vitscale.job.records..")("vitscale.job.input..", "vitscale.job.output..", "vitscale.job.run..")
  )

  for ((name, rule) <- rules) test(name)(rule.check(classes))

  private def border(inside: String*)(outside: String*): ArchRule =
    noClasses()
      .that()
      .resideInAnyPackage(inside: _*)
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage(outside: _*)
}
