# pitlane_module(NAME SOURCES ... [DEPENDS modules...] [PRIVATE libs...] [PUBLIC libs...])
#
# One static library per folder of src/pitlane. DEPENDS draws the architecture's arrows: a module links what it
# includes and nothing else; tests/house reads the includes and fails on an arrow that points the wrong way.
add_library(pitlane_options INTERFACE)
target_include_directories(pitlane_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(pitlane_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                                                 $<$<BOOL:${PITLANE_WARNINGS_AS_ERRORS}>:-Werror>
                                                 # GCC 12 sees ghosts in std::string (its bug 105651).
                                                 $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                                                 # One answer on every machine: no silent fusing of a*b+c.
                                                 -ffp-contract=off)
if(PITLANE_SANITIZE)
  target_compile_options(pitlane_options INTERFACE -fsanitize=${PITLANE_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(pitlane_options INTERFACE -fsanitize=${PITLANE_SANITIZE})
endif()

function(pitlane_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PUBLIC;PRIVATE" ${ARGN})
  add_library(pitlane_${name} STATIC ${ARG_SOURCES})
  add_library(pitlane::${name} ALIAS pitlane_${name})
  list(TRANSFORM ARG_DEPENDS PREPEND pitlane::)
  target_link_libraries(pitlane_${name} PUBLIC pitlane_options ${ARG_DEPENDS} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()
