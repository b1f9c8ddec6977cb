// What libpitlane_mp4.so offers, the part of this program that is linked with libavcodec, libavformat and libswscale.
// It is loaded when a video is made: they bring 80 libraries, for which no other work has to wait, and who lacks them
// can do all the rest. Plain C, so that program and library need not agree on more than this file.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PITLANE_MP4_VERSION 1

extern "C" {

struct PitlaneMp4;

struct PitlaneMp4Options {
  int width, height;      ///< pixels, both even
  int frames_per_second;  ///< at least 1
  int quality;            ///< constant rate factor of x264: 0 (best) to 51
  int most_bits_per_s;    ///< 0: as many as the quality takes
};

/// Each function that can fail writes one line into `error`, a text that it ends with a zero byte.
struct PitlaneMp4Functions {
  int version;  ///< PITLANE_MP4_VERSION
  /// Null: see `error`.
  PitlaneMp4* (*open)(const PitlaneMp4Options* options, char* error, size_t error_size);
  /// RGB, the rows `stride_bytes` apart; 0: see `error`.
  int (*add)(PitlaneMp4* mp4, const uint8_t* rgb, ptrdiff_t stride_bytes, char* error, size_t error_size);
  /// The whole file, valid until close(); 0: see `error`. Nothing can be added any more.
  int (*finish)(PitlaneMp4* mp4, const uint8_t** bytes, size_t* size, char* error, size_t error_size);
  void (*close)(PitlaneMp4* mp4);
};

}  // extern "C"

/// Names the library's one variable, a PitlaneMp4Functions.
inline constexpr const char* kMp4Functions = "pitlane_mp4_functions";
