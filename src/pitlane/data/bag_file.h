// A ROS 1 bag: which messages it holds, and their bytes. Source: wiki.ros.org/Bags/Format/2.0.
// Read here and not by librosbag, which trusts the lengths that it finds in a file and keeps one position for all
// threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/file.h"
#include "pitlane/core/result.h"

namespace pitlane {

struct BagConnection {
  std::string topic;
  std::string type;  ///< e.g. "sensor_msgs/Image"
};

struct BagMessage {
  double time_s = 0;             ///< when it was received, since 1970
  std::uint64_t chunk = 0;       ///< offset of its chunk in the file
  std::uint32_t offset = 0;      ///< of its record in the chunk, uncompressed
  std::uint32_t connection = 0;  ///< number of its BagConnection
};

/// Immutable, any number of threads. Only the lists of what is in the file take memory, in proportion to its
/// size.
class BagFile {
 public:
  /// Reads the index, not the messages. Errors: no bag, another version, encrypted, truncated or without an index;
  /// chunks that claim to be out of all proportion to the file.
  static Result<std::shared_ptr<const BagFile>> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// By number.
  [[nodiscard]] const std::map<std::uint32_t, BagConnection>& connections() const { return connections_; }
  /// Of one topic and type, by time; of equal times in the order of the file.
  [[nodiscard]] std::vector<BagMessage> messages(const std::string& topic, const std::string& type) const;

 private:
  friend class BagReader;
  friend class BagIndex;
  struct Chunk {
    std::uint64_t offset = 0, bytes = 0;  // as stored, in the file
    std::string compression;
    std::uint32_t size = 0;  // uncompressed
  };
  BagFile() = default;
  /// Of all compressed chunks, as they say themselves.
  [[nodiscard]] std::uint64_t expanded_bytes() const;

  std::filesystem::path path_;
  std::shared_ptr<const FileParts> file_;
  std::map<std::uint32_t, BagConnection> connections_;
  std::map<std::uint64_t, Chunk> chunks_;  // by offset
  std::vector<BagMessage> messages_;       // in the order of the file
};

/// One thread. Keeps the last chunk uncompressed: messages are best read in the order of the file. Messages that lead
/// to and fro between chunks must not keep us busy: all chunks may be expanded kExpansions times, and kFreeExpansion
/// bytes more.
class BagReader {
 public:
  static constexpr std::uint64_t kExpansions = 8;
  static constexpr std::uint64_t kFreeExpansion = 256ULL << 20;

  explicit BagReader(std::shared_ptr<const BagFile> bag);

  /// Bytes of the message, until the next call. Errors: damaged, chunks above 128 MiB, unknown compression, too much
  /// to expand.
  Result<std::span<const std::byte>> read(const BagMessage& message);

 private:
  Status expand(const BagFile::Chunk& stored);

  std::shared_ptr<const BagFile> bag_;
  std::optional<std::uint64_t> expanded_;
  std::vector<std::byte> buffer_;   // that chunk, uncompressed
  std::vector<std::byte> message_;  // of a chunk that was not compressed
  std::uint64_t expansion_left_;
};

}  // namespace pitlane
