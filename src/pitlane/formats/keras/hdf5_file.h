// Reading HDF5 files that anybody may have written.
//
// Not through libhdf5: its 1.10 trusts the sizes inside a file, and a text attribute whose length lies makes it write
// past its buffers. This reader knows the part of the format that Keras uses, checks every offset, follows no link out
// of the file, and copies nothing but text. (Files are written through libhdf5, see export.cpp.)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/keras/hdf5_object.h"
#include "pitlane/network/weight.h"

namespace pitlane::keras {

/// float32 elements of a data set; those of an aligned float32 data set stay where they are in the file.
struct FloatArray {
  Shape shape;
  SharedBytes data;

  [[nodiscard]] std::span<const float> values() const {
    return {reinterpret_cast<const float*>(data.bytes().data()), data.bytes().size() / sizeof(float)};
  }
};

/// Paths go from the root, "model_weights/conv1"; "" is the root. Errors begin with the path or a byte offset.
class Hdf5File {
 public:
  static Result<Hdf5File> open(SharedBytes bytes);

  /// Groups and data sets in a group, by name.
  Result<std::vector<std::string>> members(const std::string& path);
  /// False also where a part of the path is no group.
  Result<bool> has(const std::string& path);
  Result<bool> has_attribute(const std::string& path, const std::string& name);
  /// Text or list of texts; nullopt where there is no such attribute. Errors: it is no text.
  Result<std::optional<std::vector<std::string>>> texts(const std::string& path, const std::string& name);
  /// True, false or a whole number; nullopt where there is none or it is of another kind.
  Result<std::optional<std::int64_t>> integer(const std::string& path, const std::string& name);
  /// float16, float32, float64 and integers as float32 (too large becomes infinite). Ask once for each data set.
  Result<FloatArray> floats(const std::string& path);

 private:
  using Members = std::map<std::string, std::uint64_t>;

  explicit Hdf5File(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  Result<const Hdf5Object*> object_at(std::uint64_t offset);
  Result<const Members*> members_of(const Hdf5Group& group);
  Status read_tree(std::uint64_t offset, int level, std::uint64_t heap, Members& members);
  Status read_symbols(std::uint64_t offset, std::uint64_t heap, Members& members);
  Result<std::string> heap_text(std::uint64_t heap, std::uint64_t offset);
  Result<std::string> variable_text(std::span<const std::byte> reference);
  /// Byte offset of the object; nullopt where there is none.
  Result<std::optional<std::uint64_t>> find(const std::string& path);
  Result<const Hdf5Object*> get(const std::string& path);

  SharedBytes bytes_;
  std::uint64_t root_ = 0;
  WorkLeft work_;
  std::uint64_t data_left_ = 0;  ///< data sets that share their bytes must not fill the memory
  std::map<std::uint64_t, Hdf5Object> objects_;
  std::map<std::uint64_t, Members> groups_;  ///< by offset of the tree
};

}  // namespace pitlane::keras
