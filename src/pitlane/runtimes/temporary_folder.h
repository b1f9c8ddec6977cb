// A folder of the program's own among the system's temporary files, gone when it is done.
#pragma once

#include <filesystem>
#include <string>

#include "pitlane/core/result.h"

namespace pitlane {

class TemporaryFolder {
 public:
  /// Errors: the system's folder may not be written to.
  static Result<TemporaryFolder> create();
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  explicit TemporaryFolder(std::filesystem::path path);
  std::filesystem::path path_;
};

}  // namespace pitlane
