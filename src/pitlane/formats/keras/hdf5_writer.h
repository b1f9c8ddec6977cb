// Writing HDF5 files through libhdf5, in memory: the file appears on disk only when it is whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/shape.h"

namespace pitlane::keras {

/// The same calls give the same bytes: nothing of the time is stored. The first failure is kept and returned by
/// `finish`. One at a time in a process: libhdf5 keeps state of its own.
class Hdf5Writer {
 public:
  Hdf5Writer();
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Paths as in Hdf5File; groups on the way are made.
  void group(const std::string& path);
  void floats(const std::string& path, const Shape& shape, std::span<const float> values);

  /// Attributes of a group; "" is the root. Long texts lie outside the attribute, which may be 64 KiB long.
  void text(const std::string& path, const std::string& name, const std::string& value);
  /// Split into NAME0, NAME1, ... where they are too long for one attribute, as Keras does.
  void texts(const std::string& path, const std::string& name, const std::vector<std::string>& values);
  void integers(const std::string& path, const std::string& name, const std::vector<std::int64_t>& values);
  /// As h5py writes Python's bool.
  void flag(const std::string& path, const std::string& name, bool value);

  Result<std::vector<std::byte>> finish() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pitlane::keras
