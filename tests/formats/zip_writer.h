// Writes small zip archives byte by byte, whole ones and broken ones.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pitlane {

struct ZipEntry {
  std::string name;
  std::string content;                 ///< as it lies in the archive
  int method = 0;                      ///< 0 stored, 8 deflated
  int flags = 0;                       ///< 1: encrypted
  std::uint64_t claimed_size = ~0ULL;  ///< of the unpacked content; else that of `content`
};

inline std::uint32_t crc_of(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

/// The lowest `count` bytes, lowest first.
inline std::string little_endian(std::uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  return bytes;
}

class ZipWriter {
 public:
  void add(const ZipEntry& entry) {
    const std::uint64_t size = entry.claimed_size == ~0ULL ? entry.content.size() : entry.claimed_size;
    const std::string fields = little_endian(20, 2) + little_endian(static_cast<std::uint64_t>(entry.flags), 2) +
                               little_endian(static_cast<std::uint64_t>(entry.method), 2) + little_endian(0x21, 4) +
                               little_endian(crc_of(entry.content), 4) + little_endian(entry.content.size(), 4) +
                               little_endian(size, 4) + little_endian(entry.name.size(), 2) + little_endian(0, 2);
    index_ +=
        "PK\1\2" + little_endian(20, 2) + fields + little_endian(0, 10) + little_endian(bytes_.size(), 4) + entry.name;
    bytes_ += "PK\3\4" + fields + entry.name + entry.content;
    ++count_;
  }

  void add(const std::string& name, const std::string& content) { add(ZipEntry{name, content}); }

  [[nodiscard]] std::string bytes() const {
    return bytes_ + index_ + "PK\5\6" + little_endian(0, 4) + little_endian(count_, 2) + little_endian(count_, 2) +
           little_endian(index_.size(), 4) + little_endian(bytes_.size(), 4) + little_endian(0, 2);
  }

 private:
  std::string bytes_, index_;
  std::uint64_t count_ = 0;
};

}  // namespace pitlane
