# pitlane_module(NAME SOURCES ... [HEADERS ...] [DEPENDS modules...] [PRIVATE libs...] [PUBLIC libs...])
#
# One static library per folder of src/pitlane. DEPENDS draws the architecture's arrows: a module links what it
# includes and nothing else; tests/house reads the includes and fails on an arrow that points the wrong way.
#
# HEADERS are what others may include: such a module is part of the installed package (component `robot`), which
# find_package(pitlane) finds. What is said to the compiler here is for our code alone and does not reach its users.
#
# A unity build compiles a module as one or two files (a third less time), so its names differ, unnamed namespaces or not.
add_library(pitlane_options INTERFACE)
target_include_directories(pitlane_options INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
target_compile_features(pitlane_options INTERFACE cxx_std_20)
set(own_options
    -Wall -Wextra -Wshadow -Wnon-virtual-dtor
    $<$<BOOL:${PITLANE_WARNINGS_AS_ERRORS}>:-Werror>
    # GCC 12 sees ghosts in std::string (its bug 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>
    # One answer on every machine: no silent fusing of a*b+c.
    -ffp-contract=off)
target_compile_options(pitlane_options INTERFACE "$<BUILD_INTERFACE:${own_options}>")
if(PITLANE_SANITIZE)
  target_compile_options(pitlane_options INTERFACE -fsanitize=${PITLANE_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(pitlane_options INTERFACE -fsanitize=${PITLANE_SANITIZE})
endif()
install(TARGETS pitlane_options EXPORT pitlane COMPONENT robot)
set_target_properties(pitlane_options PROPERTIES EXPORT_NAME options)

function(pitlane_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;DEPENDS;PUBLIC;PRIVATE" ${ARGN})
  add_library(pitlane_${name} STATIC ${ARG_SOURCES})
  add_library(pitlane::${name} ALIAS pitlane_${name})
  set_target_properties(pitlane_${name} PROPERTIES UNITY_BUILD_BATCH_SIZE 24)
  list(TRANSFORM ARG_DEPENDS PREPEND pitlane::)
  target_link_libraries(pitlane_${name} PUBLIC pitlane_options ${ARG_DEPENDS} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  if(ARG_HEADERS)
    pitlane_publish(${name} ${ARG_HEADERS})
  endif()
endfunction()

# pitlane_publish(MODULE HEADERS...)
function(pitlane_publish name)
  set(folders ${PROJECT_SOURCE_DIR}/src)
  if(EXISTS ${CMAKE_CURRENT_BINARY_DIR}/generated)
    list(APPEND folders ${CMAKE_CURRENT_BINARY_DIR}/generated)
  endif()
  target_sources(pitlane_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${folders} FILES ${ARGN})
  set_target_properties(pitlane_${name} PROPERTIES EXPORT_NAME ${name})
  # So that the linker can leave out what a robot does not use.
  target_compile_options(pitlane_${name} PRIVATE -ffunction-sections -fdata-sections)
  install(TARGETS pitlane_${name} EXPORT pitlane ARCHIVE COMPONENT robot FILE_SET HEADERS COMPONENT robot)
endfunction()

# pitlane_small(MODULE [FAST sources...]): code that runs once, at start, is made small instead of fast, which halves it. FAST
# are files with loops over weights or pixels.
function(pitlane_small name)
  cmake_parse_arguments(ARG "" "" "FAST" ${ARGN})
  target_compile_options(pitlane_${name} PRIVATE $<$<CONFIG:Release>:-Os>)
  set_source_files_properties(${ARG_FAST} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
endfunction()
