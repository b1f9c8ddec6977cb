# Whether pitlane-run becomes one file that needs no other: PITLANE_RUN_STATIC. Sanitizers, and systems without a static
# libc, do not allow it.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static)
check_cxx_source_compiles("#include <string>\nint main() { return std::string().size(); }" PITLANE_CAN_LINK_STATIC)
unset(CMAKE_REQUIRED_LINK_OPTIONS)

set(static_by_default ${PITLANE_CAN_LINK_STATIC})
if(PITLANE_SANITIZE)
  set(static_by_default OFF)
endif()
option(PITLANE_RUN_STATIC "Link pitlane-run without shared libraries" ${static_by_default})
if(PITLANE_RUN_STATIC AND NOT PITLANE_CAN_LINK_STATIC)
  message(FATAL_ERROR "PITLANE_RUN_STATIC: this system has no static libc or libstdc++; set it to OFF")
endif()
if(NOT PITLANE_RUN_STATIC)
  message(STATUS "pitlane-run: linked with shared libraries")
endif()
