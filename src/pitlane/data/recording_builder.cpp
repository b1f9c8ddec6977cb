#include "pitlane/data/recording_builder.h"

#include <algorithm>
#include <utility>

#include "pitlane/core/file.h"
#include "pitlane/data/image_container.h"

namespace pitlane {
namespace fs = std::filesystem;

RecordingBuilder::RecordingBuilder(std::string format, fs::path directory, std::string index_file,
                                   std::vector<LabelSpec> labels, std::vector<std::string> folders)
    : images_(directory, std::move(folders)), bad_(index_file) {
  recording_.format = std::move(format);
  recording_.directory = std::move(directory);
  recording_.index_file = std::move(index_file);
  recording_.labels = std::move(labels);
}

void RecordingBuilder::put(std::vector<RecordingRow>& rows, RecordingRow row, const Result<fs::path>& image) {
  if (!image) return bad(row.line, image.error().message());
  row.image = *image;
  rows.push_back(std::move(row));
}

// One odd picture at the start must not make all others odd: the most frequent size counts, of equals the first seen.
Status RecordingBuilder::find_image_size() {
  constexpr std::size_t kReadable = 100, kTries = 1000;
  std::vector<std::pair<ImageSize, std::size_t>> sizes;  // with how often
  std::string why;
  std::size_t readable = 0;
  for (std::size_t i = 0; i < std::min(kTries, recording_.rows.size()) && readable < kReadable; ++i) {
    const fs::path& path = recording_.rows[i].image;
    const auto bytes = read_file(path, kMaxImageBytes);
    const auto size = bytes ? inspect_image(*bytes) : Result<ImageSize>(bytes.error());
    if (!size && why.empty()) why = size.error().in(path.string()).message();
    if (!size) continue;
    ++readable;
    const auto known = std::ranges::find(sizes, *size, &std::pair<ImageSize, std::size_t>::first);
    if (known == sizes.end())
      sizes.emplace_back(*size, 1);
    else
      ++known->second;
  }
  if (sizes.empty()) return corrupt("no readable image among the first rows: " + why);
  const ImageSize usual = std::ranges::max_element(sizes, {}, &std::pair<ImageSize, std::size_t>::second)->first;
  recording_.image_width = usual.width;
  recording_.image_height = usual.height;
  return {};
}

Result<Recording> RecordingBuilder::finish(std::int64_t row_count) && {
  const std::string where = (recording_.directory / recording_.index_file).string();
  if (row_count == 0) return corrupt(where + ": no rows; record something first");
  if (images_.asked() > 0 && images_.found() == 0) {
    std::string text = where + ": none of its " + std::to_string(images_.asked()) + " images is there";
    if (!images_.first_missing().empty()) text += ", the first expected at " + images_.first_missing().string();
    return not_found(text + "; copy the images beside the index file");
  }
  if (const Status few = bad_.check(row_count); !few) return few.error().in(recording_.directory.string());
  if (const Status size = find_image_size(); !size) return size.error().in(where);
  recording_.row_count = row_count;
  recording_.bad_rows = bad_.count();
  recording_.problems = bad_.messages();
  return std::move(recording_);
}

}  // namespace pitlane
