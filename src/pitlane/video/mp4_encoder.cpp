#include "pitlane/video/mp4_encoder.h"

#include <dlfcn.h>

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "pitlane/core/program_part.h"

namespace pitlane {
namespace {

constexpr const char* kFile = "libpitlane_mp4.so";
constexpr int kSmallest_px = 16, kLargest_px = 8192, kMostFramesPerSecond = 240, kWorstQuality = 51;

using ErrorText = std::array<char, 512>;

Error cannot_load(const std::string& why) {
  return unsupported("a video needs libavcodec, libavformat and libswscale, which cannot be loaded: " + why);
}

Result<const PitlaneMp4Functions*> load_functions() {
  const std::optional<std::filesystem::path> path = find_program_part(kFile);
  if (!path)
    return unsupported("a video needs libavcodec, libavformat and libswscale, and there is no " + std::string(kFile) +
                       " beside the program; install libavcodec-dev, libavformat-dev and libswscale-dev, and build "
                       "again");
  void* const library = ::dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return cannot_load(::dlerror());
  const auto* functions = static_cast<const PitlaneMp4Functions*>(::dlsym(library, kMp4Functions));
  if (functions == nullptr || functions->version != PITLANE_MP4_VERSION)
    return cannot_load(path->string() + " belongs to another build of Pitlane; build or install again");
  return functions;
}

const Result<const PitlaneMp4Functions*>& loaded_functions() {
  static const Result<const PitlaneMp4Functions*> functions = load_functions();
  return functions;
}

std::string range_text(int low, int high) { return std::to_string(low) + " to " + std::to_string(high); }

Status check(const Mp4Options& o) {
  for (const int size : {o.width, o.height})
    if (size < kSmallest_px || size > kLargest_px || size % 2 != 0)
      return invalid_argument("a video's sides are even numbers of " + range_text(kSmallest_px, kLargest_px) +
                              " pixels, not " + std::to_string(o.width) + "x" + std::to_string(o.height));
  if (o.frames_per_second < 1 || o.frames_per_second > kMostFramesPerSecond)
    return invalid_argument("a video has " + range_text(1, kMostFramesPerSecond) + " frames a second, not " +
                            std::to_string(o.frames_per_second));
  if (o.quality < 0 || o.quality > kWorstQuality || o.most_bits_per_s < 0)
    return invalid_argument("a video's quality is " + range_text(0, kWorstQuality) +
                            ", and it has no negative number of bits");
  return {};
}

}  // namespace

Status check_video_encoder() {
  const auto& functions = loaded_functions();
  return functions.ok() ? Status() : Status(functions.error());
}

Result<Mp4Encoder> Mp4Encoder::create(const Mp4Options& o) {
  PITLANE_TRY_STATUS(check(o));
  PITLANE_TRY_STATUS(check_video_encoder());
  const PitlaneMp4Functions* const functions = *loaded_functions();
  const PitlaneMp4Options options{o.width, o.height, o.frames_per_second, o.quality, o.most_bits_per_s};
  ErrorText error{};
  PitlaneMp4* const mp4 = functions->open(&options, error.data(), error.size());
  if (mp4 == nullptr) return unsupported("the video cannot be encoded: " + std::string(error.data()));
  return Mp4Encoder(o, mp4, functions);
}

Status Mp4Encoder::add(const ImageView& picture) {
  PITLANE_CHECK(picture.format == PixelFormat::kRgb && picture.width == options_.width &&
                picture.height == options_.height);
  ErrorText error{};
  if (mp4_.get_deleter().functions->add(mp4_.get(), picture.data, picture.stride_bytes, error.data(), error.size()) ==
      0)
    return io_error("the video cannot be encoded: " + std::string(error.data()));
  empty_ = false;
  return {};
}

Result<std::vector<std::byte>> Mp4Encoder::finish() {
  if (empty_) return invalid_argument("a video without a picture cannot be made");
  ErrorText error{};
  const std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (mp4_.get_deleter().functions->finish(mp4_.get(), &bytes, &size, error.data(), error.size()) == 0)
    return io_error("the video cannot be encoded: " + std::string(error.data()));
  const auto whole = std::as_bytes(std::span(bytes, size));
  return std::vector<std::byte>(whole.begin(), whole.end());
}

}  // namespace pitlane
