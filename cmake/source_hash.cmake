# cmake "-DSOURCES=a.cpp;b.h" -DNAME=kSourceHash -DOUTPUT=source_hash.h -P source_hash.cmake
# Writes a header with one constant, a hash of all these files' contents, in the order of their names; leaves it alone where it says
# so already, so that nothing is compiled again.
list(SORT SOURCES)
set(all "")
foreach(file IN LISTS SOURCES)
  file(SHA256 "${file}" hash)
  string(APPEND all "${hash}\n")
endforeach()
string(SHA256 SOURCE_HASH "${all}")
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT "#pragma once

namespace pitlane {

inline constexpr const char* @NAME@ = \"@SOURCE_HASH@\";

}  // namespace pitlane
")
