#include "pitlane/formats/onnx/wire.h"

#include <bit>
#include <cstring>

namespace pitlane::onnx {
namespace {

Error at_byte(std::size_t offset, const std::string& what) {
  return corrupt("byte " + std::to_string(offset) + ": " + what);
}

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

}  // namespace

float Field::real() const { return std::bit_cast<float>(static_cast<std::uint32_t>(number_value)); }

Result<std::uint64_t> FieldReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (at_ >= message_.bytes.size())
      return at_byte(message_.offset + at_, "the message ends within a number; the file is cut off or damaged");
    const auto byte = std::to_integer<std::uint64_t>(message_.bytes[at_++]);
    value |= (byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
  return at_byte(message_.offset + at_, "a number of more than ten bytes; the file is damaged");
}

Result<std::span<const std::byte>> FieldReader::take(std::uint64_t count) {
  if (count > message_.bytes.size() - at_)
    return at_byte(message_.offset + at_, "a field of " + std::to_string(count) + " bytes, of which " +
                                              std::to_string(message_.bytes.size() - at_) +
                                              " are there; the file is cut off or damaged");
  const std::span<const std::byte> bytes = message_.bytes.subspan(at_, static_cast<std::size_t>(count));
  at_ += bytes.size();
  return bytes;
}

Result<bool> FieldReader::next(Field& field) {
  if (at_ == message_.bytes.size()) return false;
  const std::size_t start = message_.offset + at_;
  PITLANE_TRY(const std::uint64_t tag, varint());
  if (tag >> 3 == 0 || tag >> 32 != 0) return at_byte(start, "a field without a number; the file is damaged");
  field = {static_cast<std::uint32_t>(tag >> 3), static_cast<WireType>(tag & 7), 0, {}};
  switch (field.type) {
    case WireType::kVarint: {
      PITLANE_TRY(field.number_value, varint());
      return true;
    }
    case WireType::kFixed64:
    case WireType::kFixed32: {
      PITLANE_TRY(const std::span<const std::byte> bytes, take(field.type == WireType::kFixed64 ? 8 : 4));
      field.number_value = little_endian(bytes);
      return true;
    }
    case WireType::kBytes: {
      PITLANE_TRY(const std::uint64_t length, varint());
      field.content.offset = message_.offset + at_;
      PITLANE_TRY(field.content.bytes, take(length));
      return true;
    }
  }
  return at_byte(start, "a field of unknown type; the file is damaged");
}

Status expect(const Field& field, WireType type, const char* what) {
  if (field.type == type) return {};
  const std::string where = field.type == WireType::kBytes ? "byte " + std::to_string(field.content.offset) + ": " : "";
  return corrupt(where + what + " is stored in a way that ONNX does not know; the file is damaged");
}

Result<std::string> text_of(const Field& field, const char* what) {
  PITLANE_TRY_STATUS(expect(field, WireType::kBytes, what));
  const std::span<const std::byte> bytes = field.content.bytes;
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Status append_integers(const Field& field, const char* what, std::size_t most, std::vector<std::int64_t>& values) {
  const auto append = [&](std::int64_t value) -> Status {
    if (values.size() >= most) return corrupt(std::string(what) + ": more than " + std::to_string(most) + " values");
    values.push_back(value);
    return {};
  };
  if (field.type == WireType::kVarint) return append(field.integer());
  PITLANE_TRY_STATUS(expect(field, WireType::kBytes, what));
  const std::span<const std::byte> bytes = field.content.bytes;
  std::uint64_t value = 0;
  unsigned shift = 0;
  for (const std::byte b : bytes) {
    const auto bits = std::to_integer<std::uint64_t>(b);
    if (shift > 63) return at_byte(field.content.offset, std::string(what) + " holds a number of more than ten bytes");
    value |= (bits & 0x7FU) << shift;
    shift += 7;
    if (bits >= 0x80) continue;
    PITLANE_TRY_STATUS(append(static_cast<std::int64_t>(value)));
    value = shift = 0;
  }
  if (shift != 0) return at_byte(field.content.offset, std::string(what) + " ends within a number");
  return {};
}

Status append_floats(const Field& field, const char* what, std::size_t most, std::vector<float>& values) {
  const bool single = field.type == WireType::kFixed32;
  if (!single) PITLANE_TRY_STATUS(expect(field, WireType::kBytes, what));
  const std::size_t count = single ? 1 : field.content.bytes.size() / sizeof(float);
  if (!single && field.content.bytes.size() % sizeof(float) != 0)
    return at_byte(field.content.offset, std::string(what) + " ends within a number");
  if (count > most - values.size())
    return corrupt(std::string(what) + ": more than " + std::to_string(most) + " values");
  if (single) {
    values.push_back(field.real());
    return {};
  }
  const std::size_t before = values.size();
  values.resize(before + count);
  if (count > 0) std::memcpy(values.data() + before, field.content.bytes.data(), count * sizeof(float));
  return {};
}

void MessageWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::byte>(value | 0x80));
  bytes_.push_back(static_cast<std::byte>(value));
}

void MessageWriter::tag(std::uint32_t number, WireType type) {
  varint(std::uint64_t{number} << 3 | static_cast<std::uint64_t>(type));
}

void MessageWriter::integer(std::uint32_t number, std::int64_t value) {
  tag(number, WireType::kVarint);
  varint(static_cast<std::uint64_t>(value));
}

void MessageWriter::real(std::uint32_t number, float value) {
  tag(number, WireType::kFixed32);
  const auto bits = std::bit_cast<std::uint32_t>(value);
  for (unsigned shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<std::byte>(bits >> shift));
}

void MessageWriter::text(std::uint32_t number, std::string_view value) {
  bytes(number, std::as_bytes(std::span(value.data(), value.size())));
}

void MessageWriter::bytes(std::uint32_t number, std::span<const std::byte> value) {
  tag(number, WireType::kBytes);
  varint(value.size());
  bytes_.insert(bytes_.end(), value.begin(), value.end());
}

void MessageWriter::integers(std::uint32_t number, std::span<const std::int64_t> values) {
  MessageWriter packed;
  for (const std::int64_t value : values) packed.varint(static_cast<std::uint64_t>(value));
  bytes(number, packed.bytes_);
}

}  // namespace pitlane::onnx
