package vitscale.job.input

import java.util.regex.{Pattern, PatternSyntaxException}

import vitscale.UsageException

/** One name of a path as the user writes it: the name itself, a pattern of names, or `**` for any depth of folders. */
sealed private[vitscale] trait NamePattern

private[vitscale] object NamePattern {

  final case class Literal(name: String) extends NamePattern

  case object AnyDepth extends NamePattern

  /** `*`, `?`, `[a-c]`, `[!a]`, `{one,two}`; a backslash takes their meaning away. */
  final case class Glob(text: String) extends NamePattern {

    private val regex =
      try Pattern.compile(Glob.regex(text), Pattern.DOTALL)
      catch {
        case error: PatternSyntaxException =>
          throw new UsageException(s"$text is not a pattern of names: ${error.getDescription}.", error)
      }

    /** Whether it may match hidden names and markers: as in shells, not with a wildcard in the first place. */
    val matchesLeftAside: Boolean = !isPattern(text.take(1))

    def matches(name: String): Boolean = name == text || regex.matcher(name).matches
  }

  def isPattern(text: String): Boolean = text.exists("*?[{".contains(_))

  def of(text: String): NamePattern =
    if (text == "**") AnyDepth else if (isPattern(text)) Glob(text) else Literal(text)

  object Glob {

    /** The same translation as in Python's `vitscale.images.name_pattern`. */
    private[job] def regex(glob: String): String = {
      val out = new StringBuilder
      var (at, open) = (0, 0)
      while (at < glob.length) {
        val char = glob.charAt(at)
        val isOpening = char == '{' && glob.indexOf('}', at) > 0
        val end = if (char == '[') closing(glob, at) else -1
        at += 1
        char match {
          case '*' => out ++= ".*"
          case '?' => out ++= "."
          case '\\' if at < glob.length =>
            out ++= quoted(glob.charAt(at))
            at += 1
          case '[' if end > 0 =>
            out ++= set(glob.substring(at, end))
            at = end + 1
          case '{' if isOpening =>
            out ++= "(?:"
            open += 1
          case '}' if open > 0 =>
            out ++= ")"
            open -= 1
          case ',' if open > 0 => out ++= "|"
          case other => out ++= quoted(other)
        }
      }
      out.toString + ")" * open
    }

    /** Where a set that opens at a place closes; a bracket in the first place belongs to it. */
    private def closing(glob: String, opening: Int): Int = {
      val first =
        opening + 1 + (if (glob.startsWith("!", opening + 1) || glob.startsWith("^", opening + 1)) 1 else 0)
      glob.indexOf(']', first + 1)
    }

    private def set(content: String): String = {
      val isNegated = content.startsWith("!") || content.startsWith("^")
      val characters = content.drop(if (isNegated) 1 else 0)
      (if (isNegated) "[^" else "[") + characters.map(c => if (c == '-') "-" else quoted(c)).mkString + "]"
    }

    private def quoted(char: Char): String =
      if (char < 128 && !Character.isLetterOrDigit(char)) s"\\$char" else char.toString
  }
}
