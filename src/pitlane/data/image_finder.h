// From the name of an image, as an index file has it, to a file inside the recording's directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane {

/// Does `path`, which lies in `directory` by its name, lead elsewhere? Symbolic links may be the file or folders above
/// it; `directory` itself may be one, or lie behind one.
bool leads_out(const std::filesystem::path& directory, const std::filesystem::path& path);

/// Never leads out of the directory, whatever the name says and whatever links lie there. Counts what it was asked for.
class ImageFinder {
 public:
  /// Looks in each of `folders` (relative to `directory`, "" for itself), first one first.
  ImageFinder(std::filesystem::path directory, std::vector<std::string> folders)
      : directory_(std::move(directory)), folders_(std::move(folders)) {}

  /// A regular file that is not empty. Errors are about the image alone, without the row.
  Result<std::filesystem::path> find(std::string_view name);

  /// Chooses between images numbered from 0 and from 1 for an index without names, which has `rows` rows.
  /// A gap in the numbers must not shift the labels, so anything that fits neither is an error, which ends in `remedy`.
  Result<std::int64_t> first_number(std::int64_t rows, const std::string& remedy) const;
  /// The image with this number, PNG or JPEG.
  Result<std::filesystem::path> find_number(std::int64_t number);

  [[nodiscard]] std::int64_t asked() const { return asked_; }
  [[nodiscard]] std::int64_t found() const { return found_; }
  /// Where the first image that is missing was expected, for messages.
  [[nodiscard]] const std::filesystem::path& first_missing() const { return first_missing_; }

 private:
  [[nodiscard]] std::filesystem::path existing(const std::filesystem::path& name) const;
  [[nodiscard]] std::string numbered(std::int64_t number) const;

  std::filesystem::path directory_;
  std::vector<std::string> folders_;
  std::int64_t asked_ = 0, found_ = 0;
  std::filesystem::path first_missing_;
};

/// The part after the last slash or backslash: index files carry paths of other machines.
std::string_view base_name(std::string_view path);

}  // namespace pitlane
