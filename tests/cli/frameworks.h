// Where the real ONNX Runtime, LiteRT and Keras of scripts/install_frameworks are.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace pitlane::testing {

inline std::filesystem::path frameworks() {
  const char* named = std::getenv("PITLANE_FRAMEWORKS");
  return named != nullptr && *named != '\0' ? std::filesystem::path(named)
                                            : std::filesystem::path(PITLANE_SOURCE_DIR) / "build/frameworks";
}

inline bool in_ci() {
  const char* ci = std::getenv("CI");
  return ci != nullptr && std::string(ci) == "true";
}

}  // namespace pitlane::testing

/// Their Python into `python`; without them the test fails in CI and is skipped elsewhere. Of SetUp().
#define PITLANE_NEEDS_FRAMEWORKS(python)                                                 \
  python = ::pitlane::testing::frameworks() / "bin/python";                              \
  if (!std::filesystem::exists(python)) {                                                \
    if (::pitlane::testing::in_ci()) FAIL() << "no frameworks at " << python;            \
    GTEST_SKIP() << "no frameworks at " << python << "; run scripts/install_frameworks"; \
  }                                                                                      \
  static_assert(true)
