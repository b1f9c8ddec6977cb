// The wire format of Protocol Buffers, as far as ONNX uses it: a message is a sequence of numbered fields. Read in
// place, so that a field costs no more memory than the file has bytes for it, and errors can say where they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane::onnx {

/// Bytes of one message, and where in the file they begin.
struct Message {
  std::span<const std::byte> bytes;
  std::size_t offset = 0;
};

enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  std::uint32_t number = 0;
  WireType type = WireType::kVarint;
  std::uint64_t number_value = 0;  ///< kVarint, kFixed32, kFixed64: the bits
  Message content;                 ///< kBytes

  [[nodiscard]] std::int64_t integer() const { return static_cast<std::int64_t>(number_value); }
  [[nodiscard]] float real() const;  ///< kFixed32
};

/// Walks over the fields of a message.
class FieldReader {
 public:
  explicit FieldReader(const Message& message) : message_(message) {}
  /// False at the end. Errors: fields that reach beyond the message, groups, varints of more than ten bytes.
  Result<bool> next(Field& field);

 private:
  Result<std::uint64_t> varint();
  Result<std::span<const std::byte>> take(std::uint64_t count);

  Message message_;
  std::size_t at_ = 0;
};

/// Calls visit(field), which returns a Status, for each field.
template <typename Visit>
Status for_each_field(const Message& message, const Visit& visit) {
  FieldReader reader(message);
  for (Field field;;) {
    PITLANE_TRY(const bool more, reader.next(field));
    if (!more) return {};
    PITLANE_TRY_STATUS(visit(static_cast<const Field&>(field)));
  }
}

/// Errors when the field is not of this type; `what` names it.
Status expect(const Field& field, WireType type, const char* what);
Result<std::string> text_of(const Field& field, const char* what);

/// A repeated number field, packed or one by one: appends to `values`, at most `most` in all.
Status append_integers(const Field& field, const char* what, std::size_t most, std::vector<std::int64_t>& values);
Status append_floats(const Field& field, const char* what, std::size_t most, std::vector<float>& values);

/// Writes messages from the inside out.
class MessageWriter {
 public:
  void integer(std::uint32_t number, std::int64_t value);
  void real(std::uint32_t number, float value);
  void text(std::uint32_t number, std::string_view value);
  void bytes(std::uint32_t number, std::span<const std::byte> value);
  void message(std::uint32_t number, const MessageWriter& value) { bytes(number, value.bytes_); }
  void integers(std::uint32_t number, std::span<const std::int64_t> values);  ///< packed
  [[nodiscard]] const std::vector<std::byte>& content() const { return bytes_; }

 private:
  void tag(std::uint32_t number, WireType type);
  void varint(std::uint64_t value);
  std::vector<std::byte> bytes_;
};

}  // namespace pitlane::onnx
