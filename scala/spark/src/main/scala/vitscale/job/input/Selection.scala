package vitscale.job.input

import vitscale.job.input.NamePattern.{AnyDepth, Glob, Literal}

/** A file, folder or pattern of the user.
  *
  * @param text
  *   the user's text
  */
final private[job] class Target(val text: String) {
  var isFound: Boolean = false
}

/** The selected part of a folder: all of it, or names and patterns of names below it.
  *
  * It is the state of a walk: [[enter]] returns the selection of an entry. Overlapping names share one selection, so a walk
  * lists every file once.
  *
  * @param isBelow
  *   whether a folder above it was named
  */
final private[vitscale] class Selection private (rests: Seq[Selection.Rest], val isBelow: Boolean) {

  private lazy val (literals, others) = {
    val open = rests.flatMap(_.withoutDepth).distinct
    val (literal, other) = open.partition(_.head.exists(_.isInstanceOf[Literal]))
    (literal.groupBy(_.head), other)
  }

  def isEmpty: Boolean = rests.isEmpty && !isBelow

  /** Whether an entry is the end of a name or pattern. `**` at the end stands for folders. */
  def isNamed(isFolder: Boolean): Boolean = ends(isFolder).nonEmpty

  /** Record that the names and patterns that end at this entry exist. */
  def found(isFolder: Boolean): Unit = ends(isFolder).foreach(_.target.isFound = true)

  private def ends(isFolder: Boolean): Seq[Selection.Rest] =
    rests.filter(rest => rest.names.isEmpty || (isFolder && rest.names == List(AnyDepth)))

  /** The selection of an entry of this folder.
    *
    * @param isLeftAside
    *   whether the rules of listing pass the entry over unless it is named
    */
  def enter(name: String, isLeftAside: Boolean): Selection = {
    val named = literals.getOrElse(Some(Literal(name)), Seq.empty).map(_.next)
    val matched = others.flatMap { rest =>
      rest.head match {
        case Some(AnyDepth) if !isLeftAside => Some(rest)
        case Some(glob: Glob) if glob.matches(name) && (!isLeftAside || glob.matchesLeftAside) =>
          Some(rest.next)
        case _ => None
      }
    }
    Selection.of(named ++ matched, !isLeftAside && (isBelow || isNamed(isFolder = true)))
  }
}

private[vitscale] object Selection {

  /** All of a folder, or a file. */
  val whole: Selection = new Selection(Seq(Rest(Nil, new Target(""))), isBelow = false)

  private val nothing = new Selection(Seq.empty, isBelow = false)
  private val below = new Selection(Seq.empty, isBelow = true)

  private def of(rests: Seq[Rest], isBelow: Boolean): Selection =
    if (rests.nonEmpty) new Selection(rests, isBelow) else if (isBelow) below else nothing

  /** The rest of a name or pattern below the current place of a walk. */
  final private case class Rest(names: List[NamePattern], target: Target) {

    def head: Option[NamePattern] = names.headOption

    def next: Rest = copy(names = names.tail)

    /** Itself, and what follows if `**` stands for no folder. */
    def withoutDepth: Seq[Rest] =
      if (head.contains(AnyDepth)) this +: next.withoutDepth else Seq(this)
  }

  /** A name or pattern of the user: an existing place, and the names and patterns below it. */
  final private[job] case class Named[P](root: P, below: List[NamePattern], target: Target)

  /** Joins names so that no place is walked twice: what lies below another root belongs to the selection of that root. */
  private[job] def outermost[P](
      named: Seq[Named[P]]
  )(parent: P => Option[P], name: P => String): Seq[(P, Selection)] = {
    val roots = named.map(_.root).toSet
    val placed = named.map { one =>
      val ancestors =
        Iterator.iterate(Option(one.root))(_.flatMap(parent)).takeWhile(_.isDefined).flatten.toList
      val outer = ancestors.filter(roots).last
      val between = ancestors.takeWhile(_ != outer).reverse.map(place => Literal(name(place)))
      outer -> Rest(between ++ one.below, one.target)
    }
    placed.groupBy(_._1).toSeq.map { case (root, rests) => root -> of(rests.map(_._2), isBelow = false) }
  }
}
