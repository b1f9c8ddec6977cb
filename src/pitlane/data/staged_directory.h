// A directory that appears under its name only when it is whole.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// One thread. Work goes on in a directory beside the target, called NAME.partial-N; without commit() the destructor
/// removes it and all in it.
class StagedDirectory {
 public:
  /// Makes nothing. Errors: no name, the target is there and not an empty directory.
  static Status check_target(const std::filesystem::path& target);
  /// Makes missing parents. Errors: the target is there and not an empty directory, no permission.
  static Result<std::unique_ptr<StagedDirectory>> create(const std::filesystem::path& target);
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Flushes everything to the disk, then gives it the target's name, and the permissions of the empty directory that
  /// stood there.
  Status commit();

 private:
  explicit StagedDirectory(std::filesystem::path target) : target_(std::move(target)) {}
  Status make_parents();
  Status make_staging();

  std::filesystem::path target_, path_;
  std::vector<std::filesystem::path> made_;  // parents, outermost first
  bool kept_ = false;
};

}  // namespace pitlane
