// A zip archive from a stranger: PyTorch's .pth and Keras' .keras are ones. What could take memory out of proportion to
// the file, or does not hold together, is refused when the archive is opened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Belongs to one thread. Nothing is ever unpacked to disk.
class ZipArchive {
 public:
  /// Entries of one archive; the bytes that all of them claim to hold when unpacked.
  static constexpr std::uint64_t kMostEntries = 65'536;
  static constexpr std::uint64_t kMostBytes = 1ULL << 32;
  /// How much larger than packed an entry above kSmall may claim to be. Weights shrink by far less.
  static constexpr std::uint64_t kLargestRatio = 200;
  static constexpr std::uint64_t kSmall = 1ULL << 20;

  /// Refuses what is no zip or is cut short; encrypted entries; names that stand twice or lead out of a folder ("..", a
  /// leading slash, backslashes, drive letters, control characters); entries that share bytes, exceed the bounds above
  /// or use a packing that libzip does not know. Errors do not repeat the path.
  static Result<ZipArchive> open(const std::filesystem::path& path);

  ZipArchive(ZipArchive&& other) noexcept;
  ZipArchive& operator=(ZipArchive&& other) noexcept;
  ~ZipArchive();

  /// In the archive's order; folders end in '/'.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool has(std::string_view name) const;
  /// What the archive says of the entry; an error if there is none of that name.
  [[nodiscard]] Result<std::uint64_t> size(std::string_view name) const;

  /// The whole entry, unpacked, its checksum compared. Errors: no such entry, more than `limit_bytes`, another length
  /// than the archive says, damaged.
  [[nodiscard]] Result<std::vector<std::byte>> read(std::string_view name, std::uint64_t limit_bytes) const;

 private:
  struct Handle;
  ZipArchive(std::unique_ptr<Handle> handle, std::vector<std::string> names, std::vector<std::uint64_t> sizes);
  [[nodiscard]] Result<std::uint64_t> find(std::string_view name) const;

  std::unique_ptr<Handle> handle_;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> sizes_;
};

}  // namespace pitlane
