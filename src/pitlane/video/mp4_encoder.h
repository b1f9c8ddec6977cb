// Pictures become an MP4 file that browsers play: H.264 (main profile, 4:2:0), index in front, encoded by x264.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "pitlane/core/image.h"
#include "pitlane/core/result.h"
#include "pitlane/video/mp4_functions.h"

namespace pitlane {

struct Mp4Options {
  int width = 1280, height = 720;  ///< pixels, both even, 16 to 8192
  int frames_per_second = 20;      ///< 1 to 240
  int quality = 24;                ///< constant rate factor of x264, 0 (best) to 51
  int most_bits_per_s = 0;         ///< 0: as many as the quality takes
};

/// Can this program make videos here? The error says what is missing and the remedy.
Status check_video_encoder();

/// One thread. The same pictures give the same bytes, on every processor: no date, no name of a machine, no threads.
class Mp4Encoder {
 public:
  /// Errors: as check_video_encoder; options out of their ranges.
  static Result<Mp4Encoder> create(const Mp4Options& options);

  /// RGB, of exactly the size of the options.
  Status add(const ImageView& picture);
  /// The whole file. Errors: no picture was added; more than 2 GB. Nothing can be added any more.
  Result<std::vector<std::byte>> finish();

 private:
  struct Close {
    const PitlaneMp4Functions* functions = nullptr;
    void operator()(PitlaneMp4* mp4) const { functions->close(mp4); }
  };
  Mp4Encoder(const Mp4Options& options, PitlaneMp4* mp4, const PitlaneMp4Functions* functions)
      : options_(options), mp4_(mp4, Close{functions}) {}

  Mp4Options options_;
  bool empty_ = true;
  std::unique_ptr<PitlaneMp4, Close> mp4_;
};

}  // namespace pitlane
