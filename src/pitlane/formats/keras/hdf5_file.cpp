// "HDF5 File Format Specification Version 3.0", sections II (superblock), III.A.1 (B-trees), III.B (symbol tables),
// III.D (local heaps), III.E (global heaps).
#include "pitlane/formats/keras/hdf5_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pitlane/formats/keras/hdf5_bytes.h"

namespace pitlane::keras {
namespace {

constexpr int kDeepestTree = 16;

Error broken(const std::string& what, std::uint64_t offset) {
  return corrupt(at_byte(offset) + ": " + what + "; the file is damaged or incomplete, copy it again");
}

template <typename Source>
void widen(std::span<const std::byte> data, std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Source value;
    std::memcpy(&value, data.data() + i * sizeof(Source), sizeof(Source));
    values[i] = static_cast<float>(value);
  }
}

std::vector<float> as_floats(const ElementArray& array) {
  std::vector<float> values(static_cast<std::size_t>(element_count(array.shape)));
  if (array.type.kind == ElementKind::kFloat && array.type.size == 2) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint16_t half = 0;
      std::memcpy(&half, array.data.data() + 2 * i, 2);
      values[i] = f16_to_f32(half);
    }
    return values;
  }
  if (array.type.kind == ElementKind::kFloat) {
    array.type.size == 4 ? widen<float>(array.data, values) : widen<double>(array.data, values);
    return values;
  }
  switch (array.type.size) {
    case 1:
      array.type.is_signed ? widen<std::int8_t>(array.data, values) : widen<std::uint8_t>(array.data, values);
      break;
    case 2:
      array.type.is_signed ? widen<std::int16_t>(array.data, values) : widen<std::uint16_t>(array.data, values);
      break;
    case 4:
      array.type.is_signed ? widen<std::int32_t>(array.data, values) : widen<std::uint32_t>(array.data, values);
      break;
    default:
      array.type.is_signed ? widen<std::int64_t>(array.data, values) : widen<std::uint64_t>(array.data, values);
  }
  return values;
}

}  // namespace

Result<Hdf5File> Hdf5File::open(SharedBytes bytes) {
  Hdf5File file(std::move(bytes));
  const std::span<const std::byte> all = file.bytes_.bytes();
  constexpr unsigned char kSignature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
  Bytes in(all, 0);
  const auto signature = in.take_bytes(sizeof(kSignature));
  if (!in.ok() || std::memcmp(signature.data(), kSignature, sizeof(kSignature)) != 0)
    return corrupt("byte 0: this is no HDF5 file");
  const std::uint8_t version = in.u8();
  if (in.ok() && version > 1)
    return unsupported("byte 8: an HDF5 layout that Keras does not write (superblock " + std::to_string(version) +
                       "); load the model in Keras and save it again");
  in.skip(4);
  const std::uint8_t offset_size = in.u8(), length_size = in.u8();
  in.skip(1 + 4 + 4 + (version == 1 ? 4 : 0));
  const std::uint64_t base = in.u64();
  in.skip(8);
  const std::uint64_t end = in.u64();
  in.skip(8 + 8);
  file.root_ = in.u64();
  if (!in.ok()) return broken("the file ends within its first block", all.size());
  if (offset_size != 8 || length_size != 8 || base != 0)
    return unsupported("byte 13: an HDF5 layout that Keras does not write; load the model in Keras and save it again");
  if (end > all.size())
    return corrupt("the file has " + std::to_string(all.size()) + " bytes and should have " + std::to_string(end) +
                   "; it is incomplete, copy it again");
  file.work_.bytes = all.size() + (std::uint64_t{1} << 20);
  file.data_left_ = all.size();
  return file;
}

Result<const Hdf5Object*> Hdf5File::object_at(std::uint64_t offset) {
  const auto known = objects_.find(offset);
  if (known != objects_.end()) return &known->second;
  PITLANE_TRY_STATUS(work_.spend(256));
  PITLANE_TRY(Hdf5Object object, parse_hdf5_object(bytes_.bytes(), offset, work_));
  return &objects_.emplace(offset, std::move(object)).first->second;
}

Result<std::string> Hdf5File::heap_text(std::uint64_t heap, std::uint64_t offset) {
  Bytes in(bytes_.bytes(), heap);
  const bool is_heap = in.take_signature("HEAP");
  in.skip(4);
  const std::uint64_t size = in.u64();
  in.skip(8);
  const std::uint64_t data = in.u64();
  if (!in.ok() || !is_heap) return broken("no table of names where one should be", heap);
  Bytes names(bytes_.bytes(), data);
  if (size > names.left() || offset >= size) return broken("a name lies outside its table", heap);
  names.skip(offset);
  const auto rest = names.take_bytes(size - offset);
  const auto* text = reinterpret_cast<const char*>(rest.data());
  const std::size_t length = strnlen(text, rest.size());
  if (length == rest.size() || length == 0) return broken("a name without end", heap);
  PITLANE_TRY_STATUS(work_.spend(length));
  return std::string(text, length);
}

Status Hdf5File::read_symbols(std::uint64_t offset, std::uint64_t heap, Members& members) {
  constexpr std::uint32_t kSoftLink = 2;
  Bytes in(bytes_.bytes(), offset);
  const bool is_node = in.take_signature("SNOD");
  in.skip(2);
  const std::uint16_t count = in.u16();
  if (!in.ok() || !is_node) return broken("no members of a group where they should be", offset);
  for (std::uint16_t i = 0; i < count; ++i) {
    PITLANE_TRY_STATUS(work_.spend(40));
    const std::uint64_t name_at = in.u64(), header = in.u64();
    const std::uint32_t kind = in.u32();
    in.skip(20);
    if (!in.ok()) return broken("a group ends too early", offset);
    PITLANE_TRY(const std::string name, heap_text(heap, name_at));
    if (kind == kSoftLink) return unsupported(at_byte(offset) + ": '" + name + "' is a link; links are not followed");
    if (!members.emplace(name, header).second) return broken("two members are named '" + name + "'", offset);
  }
  return {};
}

Status Hdf5File::read_tree(std::uint64_t offset, int level, std::uint64_t heap, Members& members) {
  Bytes in(bytes_.bytes(), offset);
  const bool is_tree = in.take_signature("TREE");
  const std::uint8_t kind = in.u8(), depth = in.u8();
  const std::uint16_t count = in.u16();
  in.skip(16);
  if (!in.ok() || !is_tree || kind != 0) return broken("no index of a group where one should be", offset);
  // Each level lies one below the one before it: no circles.
  if (depth > kDeepestTree || (level >= 0 && depth != level)) return broken("an index of impossible depth", offset);
  for (std::uint16_t i = 0; i < count; ++i) {
    PITLANE_TRY_STATUS(work_.spend(16));
    in.skip(8);
    const std::uint64_t child = in.u64();
    if (!in.ok()) return broken("an index ends too early", offset);
    PITLANE_TRY_STATUS(depth > 0 ? read_tree(child, depth - 1, heap, members) : read_symbols(child, heap, members));
  }
  return {};
}

Result<const Hdf5File::Members*> Hdf5File::members_of(const Hdf5Group& group) {
  const auto known = groups_.find(group.tree);
  if (known != groups_.end()) return &known->second;
  Members members;
  PITLANE_TRY_STATUS(read_tree(group.tree, -1, group.heap, members));
  return &groups_.emplace(group.tree, std::move(members)).first->second;
}

Result<std::optional<std::uint64_t>> Hdf5File::find(const std::string& path) {
  std::uint64_t offset = root_;
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty()) continue;
    PITLANE_TRY(const Hdf5Object* object, object_at(offset));
    if (!object->group) return std::optional<std::uint64_t>();
    PITLANE_TRY(const Members* members, members_of(*object->group));
    const auto found = members->find(part);
    if (found == members->end()) return std::optional<std::uint64_t>();
    offset = found->second;
  }
  return std::optional(offset);
}

Result<const Hdf5Object*> Hdf5File::get(const std::string& path) {
  PITLANE_TRY(const std::optional<std::uint64_t> offset, find(path));
  if (!offset) return not_found("'" + path + "' is not in the file");
  return object_at(*offset);
}

Result<bool> Hdf5File::has(const std::string& path) {
  PITLANE_TRY(const std::optional<std::uint64_t> offset, find(path));
  return offset.has_value();
}

Result<std::vector<std::string>> Hdf5File::members(const std::string& path) {
  PITLANE_TRY(const Hdf5Object* object, get(path));
  if (!object->group) return corrupt("'" + path + "' is no group");
  PITLANE_TRY(const Members* members, members_of(*object->group));
  std::vector<std::string> names;
  for (const auto& [name, offset] : *members) names.push_back(name);
  return names;
}

Result<bool> Hdf5File::has_attribute(const std::string& path, const std::string& name) {
  PITLANE_TRY(const Hdf5Object* object, get(path));
  return object->attributes.contains(name) || object->unread_attributes.contains(name);
}

Result<std::string> Hdf5File::variable_text(std::span<const std::byte> reference) {
  Bytes ref(reference, 0);
  const std::uint32_t length = ref.u32();
  const std::uint64_t collection = ref.u64();
  const std::uint32_t index = ref.u32();
  if (length == 0) return std::string();
  Bytes in(bytes_.bytes(), collection);
  const bool is_heap = in.take_signature("GCOL");
  in.skip(4);
  const std::uint64_t size = in.u64();
  if (!in.ok() || !is_heap || size > bytes_.bytes().size()) return broken("no text where one should be", collection);
  Bytes objects(bytes_.bytes(), in.offset(), collection + size);
  while (objects.left() >= 16) {
    PITLANE_TRY_STATUS(work_.spend(1));
    const std::uint16_t number = objects.u16();
    objects.skip(6);
    const std::uint64_t object_size = objects.u64();
    if (number == 0) break;  // what follows is free space
    if (object_size > objects.left()) return broken("a text is longer than its place", collection);
    if (number == index) {
      if (length > object_size) return broken("a text is longer than its place", collection);
      PITLANE_TRY_STATUS(work_.spend(length));
      const auto bytes = objects.take_bytes(length);
      const auto* text = reinterpret_cast<const char*>(bytes.data());
      return std::string(text, strnlen(text, length));
    }
    objects.skip(std::min((object_size + 7) / 8 * 8, objects.left()));
  }
  return broken("no text where one should be", collection);
}

Result<std::optional<std::vector<std::string>>> Hdf5File::texts(const std::string& path, const std::string& name) {
  PITLANE_TRY(const Hdf5Object* object, get(path));
  const auto unread = object->unread_attributes.find(name);
  if (unread != object->unread_attributes.end())
    return corrupt("attribute '" + name + "' of '" + path + "': " + unread->second);
  const auto found = object->attributes.find(name);
  if (found == object->attributes.end()) return std::optional<std::vector<std::string>>();
  const ElementArray& array = found->second;
  if (array.type.kind != ElementKind::kText && array.type.kind != ElementKind::kVariableText)
    return corrupt("attribute '" + name + "' of '" + path + "' is no text");
  std::vector<std::string> texts;
  for (std::size_t begin = 0; begin < array.data.size(); begin += array.type.size) {
    const auto element = array.data.subspan(begin, array.type.size);
    const auto* text = reinterpret_cast<const char*>(element.data());
    if (array.type.kind == ElementKind::kText) {
      texts.emplace_back(text, strnlen(text, element.size()));
    } else {
      PITLANE_TRY(std::string variable, variable_text(element));
      texts.push_back(std::move(variable));
    }
  }
  return std::optional(std::move(texts));
}

Result<std::optional<std::int64_t>> Hdf5File::integer(const std::string& path, const std::string& name) {
  PITLANE_TRY(const Hdf5Object* object, get(path));
  const auto found = object->attributes.find(name);
  if (found == object->attributes.end() || found->second.type.kind != ElementKind::kInteger ||
      element_count(found->second.shape) != 1)
    return std::optional<std::int64_t>();
  const float value = as_floats(found->second).front();
  return std::optional(static_cast<std::int64_t>(std::clamp(value, -1e9F, 1e9F)));
}

Result<FloatArray> Hdf5File::floats(const std::string& path) {
  PITLANE_TRY(const Hdf5Object* object, get(path));
  if (!object->dataset)
    return corrupt("'" + path + "'" +
                   (object->unread_dataset.empty() ? " is no data set" : ": " + object->unread_dataset));
  const ElementArray& array = *object->dataset;
  if (object->attributes.contains("dtype"))  // Keras 3 notes what NumPy has no type for
    return unsupported("'" + path + "' holds bfloat16; save the model with float32 weights");
  if (array.type.kind != ElementKind::kFloat && array.type.kind != ElementKind::kInteger)
    return corrupt("'" + path + "' holds text, not numbers");
  if (array.data.size() > data_left_)
    return corrupt("'" + path + "' shares its bytes with others; copy the file again");
  data_left_ -= array.data.size();
  const bool as_it_is = array.type.kind == ElementKind::kFloat && array.type.size == sizeof(float) &&
                        reinterpret_cast<std::uintptr_t>(array.data.data()) % alignof(float) == 0;
  if (as_it_is) return FloatArray{array.shape, SharedBytes(std::make_shared<SharedBytes>(bytes_), array.data)};
  const std::vector<float> values = as_floats(array);
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return FloatArray{array.shape, SharedBytes(std::move(bytes))};
}

}  // namespace pitlane::keras
