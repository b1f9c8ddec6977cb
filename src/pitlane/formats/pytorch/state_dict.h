// The weights in a PyTorch file, by name.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/pytorch/pickle.h"

namespace pitlane {

class StorageReader;

struct NamedTensor {
  std::string name;
  StoredTensor stored;
};

/// Belongs to one thread: numbers are read when they are asked for.
class StateDict {
 public:
  /// A file of torch.save: a zip archive, or pickles one after another as before PyTorch 1.6. The state dict may be the
  /// whole of it or stand in a checkpoint's dict under one of the usual names. What all names begin with ("module.",
  /// "net.", "model.", ...) is left out. Errors do not repeat the path.
  static Result<StateDict> load(const std::filesystem::path& path);

  StateDict(StateDict&& other) noexcept;
  StateDict& operator=(StateDict&& other) noexcept;
  ~StateDict();

  /// In the file's order, which is that of the modules.
  [[nodiscard]] const std::vector<NamedTensor>& tensors() const { return tensors_; }
  /// Null where nothing has that name.
  [[nodiscard]] const NamedTensor* find(std::string_view name) const;
  /// The tensor's numbers, row by row. Errors name the tensor: too little in the file, not a kind of float, NaN or
  /// infinite.
  [[nodiscard]] Result<std::vector<float>> read(const NamedTensor& tensor) const;

 private:
  StateDict(std::unique_ptr<StorageReader> storages, std::vector<NamedTensor> tensors);
  std::unique_ptr<StorageReader> storages_;
  std::vector<NamedTensor> tensors_;
};

}  // namespace pitlane
