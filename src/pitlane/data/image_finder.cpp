#include "pitlane/data/image_finder.h"

#include <algorithm>
#include <system_error>

#include "pitlane/data/bad_rows.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

bool stays_inside(const fs::path& name) {
  return name.is_relative() && std::none_of(name.begin(), name.end(), [](const fs::path& p) { return p == ".."; });
}

}  // namespace

bool leads_out(const fs::path& directory, const fs::path& path) {
  std::error_code error;
  fs::path at = directory;
  bool linked = false;
  for (const fs::path& part : path.lexically_relative(directory)) {
    at /= part;
    linked = linked || fs::is_symlink(fs::symlink_status(at, error));
  }
  if (!linked) return false;
  const fs::path home = fs::canonical(directory.empty() ? fs::path(".") : directory, error);
  if (error) return true;
  const fs::path file = fs::canonical(path, error);
  return error || std::mismatch(home.begin(), home.end(), file.begin(), file.end()).first != home.end();
}

fs::path ImageFinder::existing(const fs::path& name) const {
  for (const std::string& folder : folders_) {
    fs::path path = (folder.empty() ? directory_ : directory_ / folder) / name;
    std::error_code error;
    if (fs::exists(path, error)) return path;
  }
  return {};
}

Result<fs::path> ImageFinder::find(std::string_view name) {
  ++asked_;
  if (name.empty()) return corrupt("no image named");
  if (name.find('\0') != std::string_view::npos || !stays_inside(fs::path(name)))
    return invalid_argument("image " + shown(name) + " lies outside the recording's directory");
  fs::path path = existing(fs::path(name));
  if (path.empty()) {
    if (first_missing_.empty()) first_missing_ = directory_ / folders_.front() / fs::path(name);
    return not_found("image " + shown(name) + " is missing");
  }
  ++found_;
  if (leads_out(directory_, path))
    return invalid_argument("image " + shown(name) +
                            " is a link that leads out of the recording's directory; put the picture itself there");
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return corrupt("image " + shown(name) + " is not a regular file");
  const std::uintmax_t bytes = fs::file_size(path, error);
  if (error) return io_error("image " + shown(name) + " cannot be read: " + error.message());
  if (bytes == 0) return corrupt("image " + shown(name) + " is empty (0 bytes)");
  return path;
}

std::string ImageFinder::numbered(std::int64_t number) const {
  const std::string stem = std::to_string(number);
  for (const char* extension : {".png", ".jpg", ".jpeg"})
    if (!existing(stem + extension).empty()) return stem + extension;
  return {};
}

Result<std::int64_t> ImageFinder::first_number(std::int64_t rows, const std::string& remedy) const {
  if (!numbered(0).empty()) return std::int64_t{0};
  if (!numbered(rows).empty()) return std::int64_t{1};
  if (!numbered(rows - 1).empty()) return std::int64_t{0};
  return not_found("no images 0.png to " + std::to_string(rows - 1) + ".png or 1.png to " + std::to_string(rows) +
                   ".png for its " + std::to_string(rows) + " rows; " + remedy);
}

Result<fs::path> ImageFinder::find_number(std::int64_t number) {
  const std::string name = numbered(number);
  return find(name.empty() ? std::to_string(number) + ".png" : name);
}

std::string_view base_name(std::string_view path) {
  const std::size_t separator = path.find_last_of("/\\");
  return separator == std::string_view::npos ? path : path.substr(separator + 1);
}

}  // namespace pitlane
