// Numbers out of a file's bytes, never from outside them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "pitlane/core/result.h"

namespace pitlane::keras {

/// "byte 1234", for errors.
inline std::string at_byte(std::uint64_t offset) { return "byte " + std::to_string(offset); }

/// A file whose parts lead to one another, in circles or again and again, must not keep us busy.
struct WorkLeft {
  std::uint64_t bytes = 0;

  Status spend(std::uint64_t work) {
    if (work > bytes) return corrupt("parts of the file lead to one another without end; copy the file again");
    bytes -= work;
    return {};
  }
};

/// A position in a file. Reading past the end gives zeros and is remembered: check `ok` before believing anything.
class Bytes {
 public:
  Bytes(std::span<const std::byte> file, std::uint64_t offset) : Bytes(file, offset, file.size()) {}
  /// Ends before `end`, which may lie behind the file's.
  Bytes(std::span<const std::byte> file, std::uint64_t offset, std::uint64_t end)
      : file_(file), offset_(offset), end_(end < file.size() ? end : file.size()), ok_(offset <= end_) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t left() const { return ok_ ? end_ - offset_ : 0; }

  /// Little-endian.
  template <typename Number>
  Number take() {
    Number number = 0;
    const std::span<const std::byte> bytes = take_bytes(sizeof(Number));
    if (ok_) std::memcpy(&number, bytes.data(), sizeof(Number));
    return number;
  }
  std::uint8_t u8() { return take<std::uint8_t>(); }
  std::uint16_t u16() { return take<std::uint16_t>(); }
  std::uint32_t u32() { return take<std::uint32_t>(); }
  std::uint64_t u64() { return take<std::uint64_t>(); }

  std::span<const std::byte> take_bytes(std::uint64_t count) {
    if (count > left()) {
      ok_ = false;
      return {};
    }
    const auto bytes = file_.subspan(offset_, count);
    offset_ += count;
    return bytes;
  }
  void skip(std::uint64_t count) { take_bytes(count); }
  bool take_signature(const char (&signature)[5]) {
    const auto bytes = take_bytes(4);
    return ok_ && std::memcmp(bytes.data(), signature, 4) == 0;
  }

 private:
  std::span<const std::byte> file_;
  std::uint64_t offset_, end_;
  bool ok_;
};

}  // namespace pitlane::keras
