// Files, safely: nothing half-written ever stands under its final name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Reads a whole regular file of at most `limit_bytes`.
Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::uint64_t limit_bytes = 1ULL << 31);
Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t limit_bytes = 1ULL << 28);

/// Writes beside `path`, flushes to disk, then renames over it: readers see the old file or the new one.
/// On any error (full disk, no permission) the temporary file is removed and the old one is untouched.
Status write_file(const std::filesystem::path& path, std::span<const std::byte> content);
Status write_text(const std::filesystem::path& path, std::string_view content);

/// Makes the directory (and its parents) and proves that a file can be written there.
Status make_writable_directory(const std::filesystem::path& path);

/// Read-only memory map of a whole file; unmapped with the last owner.
class MappedFile {
 public:
  static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  const std::byte* data_;
  std::size_t size_;
};

}  // namespace pitlane
