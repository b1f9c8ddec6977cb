// Writes what torch.save writes, whole or as broken as a test wants it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/zip_writer.h"
#include "pitlane/network/shape.h"

namespace pitlane {

// Opcodes of protocol 2.
inline std::string pickled(std::string_view text) { return "X" + little_endian(text.size(), 4) + std::string(text); }
inline std::string pickled(std::int64_t number) {
  return "\x8A\x08" + little_endian(static_cast<std::uint64_t>(number), 8);
}
inline std::string pickled(const Shape& numbers) {
  std::string tuple = "(";
  for (const std::int64_t n : numbers) tuple += pickled(n);
  return tuple + "t";
}
inline std::string named(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string whole_pickle(const std::string& body) { return "\x80\x02" + body + "."; }

struct TorchTensor {
  std::string name, storage;  ///< key of the storage
  std::string type = "FloatStorage";
  std::int64_t elements = 0;  ///< of the storage
  std::int64_t offset = 0;
  Shape sizes, strides;
  std::string location = "cpu";

  [[nodiscard]] std::string pickle() const {
    return named("torch._utils", "_rebuild_tensor_v2") + "((" + pickled("storage") + named("torch", type) +
           pickled(storage) + pickled(location) + pickled(elements) + legacy_view + "tQ" + pickled(offset) +
           pickled(sizes) + pickled(strides) + "\x89" + named("collections", "OrderedDict") + ")RtR";
  }
  std::string legacy_view = {};  ///< "N" in files before PyTorch 1.6
};

inline Shape row_major(const Shape& sizes) {
  Shape strides(sizes.size(), 1);
  for (std::size_t d = sizes.size(); d-- > 1;) strides[d - 1] = strides[d] * sizes[d];
  return strides;
}

template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// A state dict and its storages.
struct TorchFile {
  std::vector<TorchTensor> tensors;
  std::vector<std::pair<std::string, std::string>> storages;  ///< key, bytes
  std::string byte_order;                                     ///< of the zip archive; empty: says nothing

  void add(const std::string& name, const Shape& sizes, const std::vector<float>& values) {
    const std::string key = std::to_string(storages.size());
    TorchTensor tensor{name, key, "FloatStorage", static_cast<std::int64_t>(values.size()), 0, sizes, row_major(sizes)};
    tensors.push_back(std::move(tensor));
    storages.emplace_back(key, bytes_of(values));
  }

  [[nodiscard]] std::string state_dict() const {
    std::string dict = named("collections", "OrderedDict") + ")R(";
    for (const TorchTensor& tensor : tensors) dict += pickled(tensor.name) + tensor.pickle();
    return dict + "u}" + pickled("_metadata") + named("collections", "OrderedDict") + ")Rsb";
  }

  [[nodiscard]] std::string zip() const { return zip(whole_pickle(state_dict())); }
  [[nodiscard]] std::string zip(const std::string& pickle) const {
    ZipWriter writer;
    writer.add("archive/data.pkl", pickle);
    if (!byte_order.empty()) writer.add("archive/byteorder", byte_order);
    for (const auto& [key, bytes] : storages) writer.add("archive/data/" + key, bytes);
    writer.add("archive/version", "3\n");
    return writer.bytes();
  }

  [[nodiscard]] static std::string legacy_head() {
    return whole_pickle("\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19") + whole_pickle(pickled(1001)) +
           whole_pickle("}" + pickled("little_endian") + "\x88s");
  }

  /// Before PyTorch 1.6; storages of four bytes an element.
  [[nodiscard]] std::string legacy() const {
    TorchFile old = *this;
    for (TorchTensor& tensor : old.tensors)
      if (tensor.legacy_view.empty()) tensor.legacy_view = "N";
    std::string keys = "](", data;
    for (const auto& [key, bytes] : storages) {
      keys += pickled(key);
      data += little_endian(bytes.size() / 4, 8) + bytes;
    }
    return legacy_head() + whole_pickle(old.state_dict()) + whole_pickle(keys + "e") + data;
  }
};

}  // namespace pitlane
