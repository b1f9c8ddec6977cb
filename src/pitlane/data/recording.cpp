#include "pitlane/data/recording.h"

#include <array>
#include <fstream>
#include <string_view>
#include <system_error>

#include "pitlane/data/importers.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

using Open = Result<Recording> (*)(const fs::path&, const RecordingOptions&);

struct Format {
  const char* name;
  const char* index_file;  ///< whose presence recognises the format
  Open open;
};

/// In the order in which they are tried: our own recordings also have a data.csv.
constexpr std::array kFormats = {
    Format{"pitlane", "recording.json", open_pitlane},
    Format{"deeplearningstudio", "data.csv", open_deeplearningstudio},
    Format{"deeplearningstudio", "data.json", open_deeplearningstudio},
    Format{"carla", "dataset.csv", open_carla},
    Format{"udacity", "driving_log.csv", open_udacity},
    Format{"tub", "manifest.json", open_tub},
};
constexpr const char* kBagFormat = "bag";

bool has(const fs::path& directory, const Format& format) {
  std::error_code error;
  return fs::exists(directory / format.index_file, error);
}

const Format* recognise(const fs::path& directory) {
  for (const Format& format : kFormats)
    if (has(directory, format)) return &format;
  return nullptr;
}

std::string known_formats() {
  std::string out;
  for (const Format& format : kFormats)
    out += (out.empty() ? "" : ", ") + std::string(format.index_file) + " (" + format.name + ")";
  return out + ", FILE.bag (" + kBagFormat + ")";
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

/// People name the folder that holds their recordings; point them one level down.
std::string hint_below(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (recognise(entry->path()) != nullptr || begins_like_bag(entry->path()))
      return "; " + entry->path().string() + " holds a recording";
  return {};
}

Result<const Format*> choose(const fs::path& directory, const std::string& name) {
  if (name == "auto") {
    if (const Format* format = recognise(directory)) return format;
    return not_found(directory.string() + ": no recording; looked for " + known_formats() + hint_below(directory));
  }
  const Format* chosen = nullptr;
  for (const Format& format : kFormats)
    if (name == format.name && (chosen == nullptr || has(directory, format))) chosen = &format;
  if (chosen == nullptr) return invalid_argument("unknown recording format '" + name + "'; known: " + known_formats());
  return chosen;
}

}  // namespace

bool begins_like_bag(const fs::path& path) {
  constexpr std::string_view kStart = "#ROSBAG V";
  if (!is_file(path)) return false;  // opening a pipe would wait
  std::array<char, kStart.size()> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), static_cast<std::streamsize>(start.size()));
  return std::string_view(start.data(), start.size()) == kStart;
}

fs::path recording_folder(const fs::path& path) {
  for (const Format& format : kFormats)
    if (path.filename() == format.index_file && is_file(path))
      return path.has_parent_path() ? path.parent_path() : fs::path(".");
  return path;
}

std::string recording_in(const fs::path& folder) {
  const Format* format = recognise(folder);
  return format == nullptr ? "" : format->index_file;
}

Result<Recording> open_recording(const fs::path& named, const RecordingOptions& options) {
  const fs::path path = recording_folder(named);
  std::error_code error;
  if (is_file(path) && (options.format == kBagFormat || options.format == "auto")) return open_bag(path, options);
  if (options.format == kBagFormat) return not_found(path.string() + ": no such file; check its name and folder");
  if (!fs::is_directory(path, error)) return not_found(path.string() + ": no such directory; check its name and place");
  PITLANE_TRY(const Format* format, choose(path, options.format));
  return format->open(path, options);
}

}  // namespace pitlane
