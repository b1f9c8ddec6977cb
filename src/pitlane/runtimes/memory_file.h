// A file that other programs can open and that no folder has.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "pitlane/core/result.h"

namespace pitlane {

/// In memory: it is gone with its owner, also where that one is killed.
class MemoryFile {
 public:
  /// Errors: no memory, or a system that has no such files.
  static Result<MemoryFile> create(std::span<const std::byte> bytes);
  ~MemoryFile();
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  /// For programs of the same user, as long as this lives.
  [[nodiscard]] std::filesystem::path path() const;

 private:
  explicit MemoryFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;  ///< -1: moved away
};

}  // namespace pitlane
