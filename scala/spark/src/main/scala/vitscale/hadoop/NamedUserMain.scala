package vitscale.hadoop

import java.lang.reflect.InvocationTargetException

import org.apache.hadoop.security.UserGroupInformation

/** Runs another main class where the system has no name for the user id, as in many containers.
  *
  * Hadoop asks the system for the name of whoever runs it, and without an entry in `/etc/passwd` its login fails before
  * Spark starts (`UserGroupInformation.getLoginUser`, `UnixLoginModule`). A login user that is set beforehand is taken as it
  * is; its name is the property `user.name`, which the launcher sets.
  */
object NamedUserMain {

  /** @param arguments
    *   the main class, then its arguments
    */
  def main(arguments: Array[String]): Unit = {
    UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(sys.props("user.name")))
    val main = Class.forName(arguments.head).getMethod("main", classOf[Array[String]])
    try {
      val _ = main.invoke(null, arguments.tail)
    } catch { case failed: InvocationTargetException => throw failed.getCause }
  }
}
