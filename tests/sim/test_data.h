// Real inputs: PITLANE_TEST_DATA, else ../shared/data beside the source tree.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace pitlane {

inline std::filesystem::path test_data(const std::string& name) {
  const char* folder = std::getenv("PITLANE_TEST_DATA");
  const std::filesystem::path root =
      folder != nullptr ? std::filesystem::path(folder) : std::filesystem::path(PITLANE_SOURCE_DIR) / "../shared/data";
  return root / name;
}

}  // namespace pitlane

/// Skips the test aloud where the file is absent; under CI that is a failure.
#define PITLANE_NEEDS_TEST_DATA(path)                                                              \
  do {                                                                                             \
    if (!std::filesystem::exists(path)) {                                                          \
      const char* ci = std::getenv("CI");                                                          \
      if (ci != nullptr && std::string(ci) == "true") FAIL() << (path) << " is missing";           \
      GTEST_SKIP() << (path) << " is missing; set PITLANE_TEST_DATA to the folder of real inputs"; \
    }                                                                                              \
  } while (false)
