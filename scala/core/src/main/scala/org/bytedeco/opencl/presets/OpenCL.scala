package org.bytedeco.opencl.presets

/** Stands in for the class of this name in `org.bytedeco:opencl`. JavaCPP's presets of oneDNN name it in an annotation, so it
  * must be found when the library is loaded. A processor needs nothing of OpenCL, and its artifact of the same version is not
  * published.
  */
final class OpenCL
