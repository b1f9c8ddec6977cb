// What a session is given becomes what an exported file is given: quick, since it is part of the way from frame to
// command.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pitlane/formats/file_ports.h"

namespace pitlane {

/// The same bytes as file_input(), without arithmetic on pictures: there are 256 numbers a channel.
class FileInputWriter {
 public:
  explicit FileInputWriter(const FilePort& port);

  [[nodiscard]] std::size_t size_bytes() const { return port_.size_bytes(); }
  /// Of a session's input.
  [[nodiscard]] std::size_t given_bytes() const { return given_bytes_; }
  void write(const TensorView& given, std::span<std::byte> to) const;

 private:
  FilePort port_;
  std::size_t given_bytes_, channels_ = 0;
  std::vector<float> numbers_;  ///< of a picture in floats: by channel, then by byte; empty for all else
};

}  // namespace pitlane
