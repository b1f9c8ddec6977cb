// A Python pickle as torch.save writes it, read by a machine that can make numbers, strings, containers and tensors and
// nothing else. A pickle is a program; this one has no way to call anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/pytorch/scalar_type.h"
#include "pitlane/network/shape.h"

namespace pitlane {

/// Index into Pickle::objects. Objects refer to each other by it, so that one that stands in a thousand places costs a
/// thousand indices, and one that contains itself is no leak.
using PickleId = std::uint32_t;

struct PickleNone {};
/// An integer of more than 64 bits, lowest byte first.
struct PickleLong {
  std::span<const std::byte> bytes;
};
struct PickleText {
  std::string_view text;  ///< of the pickle's bytes
};
/// A list, tuple or set.
struct PickleSequence {
  std::vector<PickleId> items;
};
struct PickleDict {
  std::vector<std::pair<PickleId, PickleId>> items;  ///< as written; of equal keys the last one counts
};
/// The name of one of the few things of Python that are understood.
struct PickleGlobal {
  std::string_view module, name;
};
struct PickleStorage {
  ScalarType type = ScalarType::kBytes;
  std::string_view key;    ///< of the container's storage
  std::int64_t first = 0;  ///< element of it with which this one begins (PyTorch 0.4's views)
  std::int64_t size = 0;   ///< elements from there on
  std::int64_t total = 0;  ///< elements of the container's storage
};
struct PickleTensor {
  std::uint32_t index = 0;  ///< into Pickle::tensors
};

using PickleObject = std::variant<PickleNone, bool, std::int64_t, double, PickleLong, PickleText, PickleSequence,
                                  PickleDict, PickleGlobal, PickleStorage, PickleTensor>;

/// Elements of a storage: number (i, j, ...) is element first + offset + i * strides[0] + j * strides[1] + ... All of
/// them lie in the storage, and there are at most as many as it has.
struct StoredTensor {
  PickleStorage storage;
  ScalarType type = ScalarType::kF32;
  std::int64_t offset = 0;
  Shape sizes, strides;
};

struct Pickle {
  /// Bounds of memory: an object takes some 50 bytes.
  static constexpr std::size_t kMostObjects = 1'000'000;
  static constexpr std::size_t kMostOpcodes = 4 * kMostObjects;
  static constexpr std::size_t kDeepest = 1000;
  /// Items of containers that are copied from other containers.
  static constexpr std::size_t kMostCopies = 1'000'000;

  std::vector<PickleObject> objects;
  std::vector<StoredTensor> tensors;
  std::size_t copies = 0;
  PickleId root = 0;
  std::size_t end = 0;  ///< offset of the first byte behind it

  /// Null where the object is of another kind.
  template <typename T>
  [[nodiscard]] const T* get(PickleId id) const {
    return std::get_if<T>(&objects[id]);
  }
  template <typename T>
  [[nodiscard]] const T* root_as() const {
    return get<T>(root);
  }
  /// The value of the last item with that key; null without.
  [[nodiscard]] const PickleObject* find(const PickleDict& dict, std::string_view key) const;
};

/// "a tuple", "a tensor", for messages.
std::string kind_of(const PickleObject& object);

/// Protocols 2 to 5, the opcodes that torch.save of 0.4 to 2.x writes. The result refers to `bytes`. Any name that is
/// not collections.OrderedDict, torch.Size, a type of storage or element or a function that rebuilds a tensor is
/// refused, whichever opcode asks for it. Errors name the byte, counted from `begin`.
Result<Pickle> read_pickle(std::span<const std::byte> bytes, std::size_t begin = 0);

}  // namespace pitlane
