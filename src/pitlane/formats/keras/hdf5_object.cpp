// The format is that of "HDF5 File Format Specification Version 3.0", sections IV.A.1.a (object headers) and IV.A.2
// (messages). What h5py writes by default, and with it every Keras, is read; all else is refused by name.
#include "pitlane/formats/keras/hdf5_object.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "pitlane/formats/keras/hdf5_bytes.h"
#include "pitlane/network/limits.h"

namespace pitlane::keras {
namespace {

constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
constexpr std::size_t kMostMessages = 65535;

enum MessageType : std::uint16_t {
  kDataspace = 0x01,
  kLinkInfo = 0x02,
  kDatatype = 0x03,
  kLayout = 0x08,
  kFilters = 0x0B,
  kAttribute = 0x0C,
  kContinuation = 0x10,
  kSymbolTable = 0x11,
  kAttributeInfo = 0x15,
};

Error broken_object(const std::string& what, std::uint64_t offset) {
  return corrupt(at_byte(offset) + ": " + what + "; the file is damaged or incomplete, copy it again");
}

/// NumPy's empty lists, such as the names of no weights.
bool is_empty(const Shape& shape) { return std::ranges::find(shape, 0) != shape.end(); }

Result<Shape> parse_dataspace(Bytes& in) {
  const std::uint64_t start = in.offset();
  const std::uint8_t version = in.u8(), rank = in.u8(), flags = in.u8();
  if (version != 1 && version != 2) return broken_object("unknown kind of data space", start);
  const std::uint8_t kind = in.u8();
  if (version == 2 && kind == 2) return unsupported(at_byte(start) + ": an empty data space");
  in.skip(version == 1 ? 4 : 0);
  if (rank > kMostDimensions) return broken_object("more than 8 dimensions", start);
  Shape shape;
  for (std::uint8_t d = 0; d < rank; ++d) shape.push_back(static_cast<std::int64_t>(in.u64()));
  in.skip((flags & 1U) != 0 ? rank * std::uint64_t{8} : 0);
  if (!in.ok()) return broken_object("a data space ends too early", start);
  if (!is_empty(shape) && !within_limits(shape)) return broken_object("impossible size " + to_string(shape), start);
  return shape;
}

/// IEEE 754 binary16, 32 or 64, little-endian.
bool is_ieee(std::uint32_t size, std::uint32_t bits, Bytes& in) {
  const std::uint16_t bit_offset = in.u16(), precision = in.u16();
  const std::uint8_t exponent_at = in.u8(), exponent = in.u8(), mantissa_at = in.u8(), mantissa = in.u8();
  in.skip(4);  // the bias, which follows from the rest
  const std::uint8_t expected = size == 2 ? 10 : size == 4 ? 23 : size == 8 ? 52 : 0;
  return in.ok() && expected != 0 && (bits & 0x41U) == 0 && bit_offset == 0 && precision == size * 8 &&
         mantissa_at == 0 && mantissa == expected && exponent_at == expected && exponent == precision - 1 - expected;
}

Result<ElementType> parse_datatype(Bytes& in) {
  constexpr std::uint8_t kFixedPoint = 0, kFloatingPoint = 1, kString = 3, kEnumeration = 8, kVariableLength = 9;
  const std::uint64_t start = in.offset();
  const std::uint8_t head = in.u8();
  std::uint32_t bits = in.u8();
  bits |= std::uint32_t{in.u8()} << 8U;
  in.skip(1);
  ElementType type;
  type.size = in.u32();
  if (!in.ok() || head >> 4U < 1 || head >> 4U > 3) return broken_object("unknown kind of data type", start);
  const Error not_read = unsupported(at_byte(start) + ": elements of a kind that Keras does not write (class " +
                                     std::to_string(head & 0xFU) + ", " + std::to_string(type.size) +
                                     " bytes, perhaps big-endian); save the model again with little-endian float32");
  switch (head & 0xFU) {
    case kFloatingPoint:
      type.kind = ElementKind::kFloat;
      if (!is_ieee(type.size, bits, in)) return not_read;
      return type;
    case kFixedPoint:
      type.kind = ElementKind::kInteger;
      type.is_signed = (bits & 8U) != 0;
      if ((bits & 1U) != 0 || (type.size != 1 && type.size != 2 && type.size != 4 && type.size != 8)) return not_read;
      return type;
    case kEnumeration:  // h5py's bool: one byte, 0 or 1
      type.kind = ElementKind::kInteger;
      if (type.size != 1) return not_read;
      return type;
    case kString:
      type.kind = ElementKind::kText;
      if (type.size == 0) return broken_object("a text of no size", start);
      return type;
    case kVariableLength:
      type.kind = ElementKind::kVariableText;
      if ((bits & 0xFU) != 1 || type.size != 16) return not_read;
      return type;
    default:
      return not_read;
  }
}

/// Bytes that the elements take; 0 where no file could hold them.
std::uint64_t bytes_of(const ElementType& type, const Shape& shape) {
  const auto count = static_cast<std::uint64_t>(element_count(shape));
  return type.size > kNowhere / 2 / count ? 0 : count * type.size;
}

class HeaderReader {
 public:
  HeaderReader(std::span<const std::byte> file, WorkLeft& work) : file_(file), work_(work) {}

  Result<Hdf5Object> run(std::uint64_t offset) {
    Bytes in(file_, offset);
    const std::uint8_t version = in.u8();
    in.skip(1);
    const std::uint16_t messages = in.u16();
    in.skip(4);
    const std::uint32_t size = in.u32();
    in.skip(4);
    if (!in.ok()) return broken_object("an object begins behind the end of the file", offset);
    if (version != 1) {
      const bool newer = version == 'O';
      return newer ? unsupported(at_byte(offset) +
                                 ": an HDF5 layout that Keras does not write (libver 'latest'); load the model in "
                                 "Keras and save it again")
                   : broken_object("no object where one should be", offset);
    }
    blocks_.push_back({in.offset(), size});
    for (std::size_t i = 0; i < blocks_.size(); ++i) PITLANE_TRY_STATUS(read_block(blocks_[i], messages));
    finish_dataset(offset);
    return std::move(object_);
  }

 private:
  struct Block {
    std::uint64_t offset, size;
  };

  Status read_block(Block block, std::size_t messages) {
    Bytes in(file_, block.offset, block.size > file_.size() ? kNowhere : block.offset + block.size);
    if (block.size > in.left()) return broken_object("an object header is longer than the file", block.offset);
    PITLANE_TRY_STATUS(work_.spend(block.size));
    while (in.left() >= 8 && seen_ < messages) {
      if (++seen_ > kMostMessages) return broken_object("an object header without end", block.offset);
      const std::uint16_t type = in.u16(), size = in.u16();
      const std::uint8_t flags = in.u8();
      in.skip(3);
      const std::uint64_t start = in.offset();
      in.skip(size);
      if (!in.ok()) return broken_object("a part of an object header is longer than the whole", start);
      PITLANE_TRY_STATUS(read_message(type, flags, Bytes(file_, start, start + size)));
    }
    return {};
  }

  Status read_message(std::uint16_t type, std::uint8_t flags, Bytes in) {
    const std::uint64_t start = in.offset();
    const bool shared = (flags & 2U) != 0;
    if (shared && (type == kDataspace || type == kDatatype || type == kAttribute || type == kFilters))
      return unsupported(at_byte(start) + ": a part shared between objects, which Keras does not write");
    switch (type) {
      case kDataspace: {
        Result<Shape> shape = parse_dataspace(in);
        if (shape.ok())
          shape_ = *std::move(shape);
        else
          keep_reason(shape.error().message());
        return {};
      }
      case kDatatype: {
        const Result<ElementType> element = parse_datatype(in);
        if (element.ok())
          type_ = *element;
        else
          keep_reason(element.error().message());
        return {};
      }
      case kLayout:
        return read_layout(in);
      case kFilters:
        keep_reason(at_byte(start) + ": compressed elements, which Keras does not write; save the model again");
        return {};
      case kAttribute:
        return read_attribute(in);
      case kSymbolTable:
        object_.group = Hdf5Group{in.u64(), in.u64()};
        return in.ok() ? Status() : broken_object("a group ends too early", start);
      case kContinuation:
        blocks_.push_back({in.u64(), in.u64()});
        return in.ok() ? Status() : broken_object("an object header ends too early", start);
      case kLinkInfo:
      case kAttributeInfo:
        return unsupported(at_byte(start) +
                           ": an HDF5 layout that Keras does not write; load the model in Keras and save it again");
      default:
        return {};  // dates, comments, fill values: nothing that decides
    }
  }

  void keep_reason(const std::string& why) {
    if (object_.unread_dataset.empty()) object_.unread_dataset = why;
  }

  Status read_layout(Bytes& in) {
    const std::uint64_t start = in.offset();
    const std::uint8_t version = in.u8(), kind = in.u8();
    if (version == 3 && kind == 0) {
      const std::uint16_t size = in.u16();
      elements_ = in.take_bytes(size);
    } else if (version == 3 && kind == 1) {
      const std::uint64_t offset = in.u64(), size = in.u64();
      Bytes elements(file_, offset);
      if (offset == kNowhere || size > elements.left()) {
        keep_reason(at_byte(start) + ": its elements are not in the file; the file is incomplete, copy it again");
        return {};
      }
      elements_ = elements.take_bytes(size);
    } else {
      keep_reason(at_byte(start) +
                  ": elements in chunks or an unknown layout, which Keras does not write; save the model again");
    }
    return in.ok() ? Status() : broken_object("a data set ends too early", start);
  }

  Status read_attribute(Bytes& in) {
    const std::uint64_t start = in.offset();
    const std::uint8_t version = in.u8(), flags = in.u8();
    const std::uint16_t name_size = in.u16(), type_size = in.u16(), space_size = in.u16();
    if (version < 1 || version > 3) return broken_object("unknown kind of attribute", start);
    in.skip(version == 3 ? 1 : 0);  // character set of the name
    const auto padded = [version](std::uint64_t size) { return version == 1 ? (size + 7) / 8 * 8 : size; };
    const auto name_bytes = in.take_bytes(padded(name_size));
    if (!in.ok() || name_size == 0) return broken_object("an attribute ends too early", start);
    const auto* text = reinterpret_cast<const char*>(name_bytes.data());
    const std::string name(text, strnlen(text, name_size));
    Bytes type_in(file_, in.offset(), in.offset() + type_size);
    in.skip(padded(type_size));
    Bytes space_in(file_, in.offset(), in.offset() + space_size);
    in.skip(padded(space_size));
    if (!in.ok()) return broken_object("the attribute '" + name + "' ends too early", start);
    if (version > 1 && flags != 0) {
      object_.unread_attributes[name] = at_byte(start) + ": a named data type, which Keras does not write";
      return {};
    }
    const Result<ElementType> type = parse_datatype(type_in);
    const Result<Shape> shape = parse_dataspace(space_in);
    if (shape.ok() && is_empty(*shape)) {
      object_.attributes[name] = {ElementType{ElementKind::kText, 1, false}, *shape, {}};
      return {};
    }
    if (!type.ok() || !shape.ok()) {
      object_.unread_attributes[name] = (type.ok() ? shape.error() : type.error()).message();
      return {};
    }
    const std::uint64_t size = bytes_of(*type, *shape);
    if (size == 0 || size > in.left())
      return broken_object("the attribute '" + name + "' is longer than its place", start);
    object_.attributes[name] = {*type, *shape, in.take_bytes(size)};
    return {};
  }

  void finish_dataset(std::uint64_t offset) {
    if (!elements_ || !object_.unread_dataset.empty()) return;
    if (!type_ || !shape_) return keep_reason(at_byte(offset) + ": neither type nor size of the elements is said");
    if (is_empty(*shape_)) return keep_reason(at_byte(offset) + ": it holds no elements");
    const std::uint64_t size = bytes_of(*type_, *shape_);
    if (size == 0 || elements_->size() < size)
      return keep_reason(at_byte(offset) + ": " + std::to_string(elements_->size()) + " bytes where " +
                         to_string(*shape_) + " elements of " + std::to_string(type_->size) +
                         " bytes should be; the file is damaged, copy it again");
    object_.dataset = ElementArray{*type_, *shape_, elements_->first(size)};
  }

  std::span<const std::byte> file_;
  WorkLeft& work_;
  std::vector<Block> blocks_;
  std::size_t seen_ = 0;
  Hdf5Object object_;
  std::optional<ElementType> type_;
  std::optional<Shape> shape_;
  std::optional<std::span<const std::byte>> elements_;
};

}  // namespace

Result<Hdf5Object> parse_hdf5_object(std::span<const std::byte> file, std::uint64_t offset, WorkLeft& work) {
  return HeaderReader(file, work).run(offset);
}

}  // namespace pitlane::keras
