# What `cmake --install --component robot` leaves beside headers, libraries and pitlane-run: the files that let
# find_package(pitlane) find them. docs/robot.md shows it in use.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/pitlane)
get_property(PITLANE_DECODERS GLOBAL PROPERTY PITLANE_DECODERS)

install(EXPORT pitlane NAMESPACE pitlane:: FILE pitlaneTargets.cmake DESTINATION ${package_folder} COMPONENT robot)
configure_package_config_file(cmake/pitlaneConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/pitlaneConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/pitlaneConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pitlaneConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/pitlaneConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/PitlaneDecoders.cmake DESTINATION ${package_folder} COMPONENT robot)
