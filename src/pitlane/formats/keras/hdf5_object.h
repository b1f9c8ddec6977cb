// What one object header of an HDF5 file says: attributes, and where the members of a group or the elements of a data
// set lie. Everything has been checked against the file's size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/hdf5_bytes.h"
#include "pitlane/network/shape.h"

namespace pitlane::keras {

enum class ElementKind { kInteger, kFloat, kText, kVariableText };

/// Type of the elements of an attribute or data set.
struct ElementType {
  ElementKind kind = ElementKind::kInteger;
  std::uint32_t size = 0;  ///< bytes in the file
  bool is_signed = false;
};

/// `data` holds exactly the elements that shape and type ask for.
struct ElementArray {
  ElementType type;
  Shape shape;  ///< empty: one element
  std::span<const std::byte> data;
};

struct Hdf5Group {
  std::uint64_t tree = 0, heap = 0;  ///< byte offsets
};

struct Hdf5Object {
  std::map<std::string, ElementArray> attributes;
  std::optional<Hdf5Group> group;
  std::optional<ElementArray> dataset;
  /// Kinds of attributes and elements that are not understood are no error until somebody asks for them.
  std::map<std::string, std::string> unread_attributes;  ///< name -> why
  std::string unread_dataset;                            ///< why; empty if there is none
};

/// Reads the object header at a byte offset. The bytes of each of its blocks are taken from `work`, how much may still
/// be read: many headers may go on in one large block.
Result<Hdf5Object> parse_hdf5_object(std::span<const std::byte> file, std::uint64_t offset, WorkLeft& work);

}  // namespace pitlane::keras
