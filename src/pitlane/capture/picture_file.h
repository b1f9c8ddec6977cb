// PNG and JPEG files as frames. Which of the two a build reads depends on the libraries that it found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pitlane/capture/frame_stream.h"

namespace pitlane::capture {

/// "PNG and JPEG", "PNG", "JPEG" or "neither PNG nor JPEG": what this build decodes.
std::string picture_formats();

/// The picture as RGB, rows without gaps. It must have the size `expected`: that is looked at before anything is
/// unpacked, so a file costs no more memory than such a picture (and at most 4 MiB for the decoder). Alpha is dropped,
/// 16 bits become 8, grey becomes three equal channels; tags of orientation and colour profiles are not looked at.
/// Errors: neither PNG nor JPEG, another size, truncated or damaged in any way that the decoder notices.
Status decode_picture(std::span<const std::byte> file, const FrameSize& expected, std::vector<std::uint8_t>& rgb);

/// Files of at most 64 MiB, decoded as they are asked for; a bad one is an error and the next follows. Times are 0,
/// 1 / rate_hz, 2 / rate_hz, ...; bad files count.
std::unique_ptr<FrameStream> read_pictures(std::vector<std::filesystem::path> files, const FrameSize& size,
                                           double rate_hz);

}  // namespace pitlane::capture
