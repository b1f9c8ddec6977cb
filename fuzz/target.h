// What a fuzz target is: code that reads a stranger's bytes, and small inputs of our own to start from. A target is one
// file in targets/ that defines `run` and `add_seeds`, and one line in CMakeLists.txt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pitlane/core/result.h"

namespace pitlane::fuzz {

using Bytes = std::span<const std::byte>;

inline std::string_view text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

/// Whole inputs by name.
class Seeds {
 public:
  void add(const std::string& name, Bytes content) { files_[name].assign(content.begin(), content.end()); }
  void add(const std::string& name, std::string_view content) { add(name, bytes_of(content)); }
  [[nodiscard]] const std::map<std::string, std::vector<std::byte>>& files() const { return files_; }

 private:
  std::map<std::string, std::vector<std::byte>> files_;
};

/// Feeds the input to the code under test and stops the program (PITLANE_CHECK) where the answer breaks a promise.
/// Defined by each target.
void run(Bytes input);
/// Inputs that the code accepts. Defined by each target; made by our own writers, so that they never grow old.
void add_seeds(Seeds& seeds);

/// One line that says what is wrong: the only kind of refusal.
void check_error(const Error& error);

/// Writes this target's seeds as files, for a fuzzer to start from.
Status write_seeds(const std::filesystem::path& folder);

/// Small numbers and texts out of an input, for targets that need more than one. Zeros and empty texts at its end.
class Draw {
 public:
  explicit Draw(Bytes input) : rest_(input) {}
  std::uint8_t byte();
  std::uint16_t word() { return static_cast<std::uint16_t>(byte() | byte() << 8); }
  /// Up to the next zero byte or the end.
  std::string_view text();
  [[nodiscard]] Bytes rest() const { return rest_; }

 private:
  Bytes rest_;
};

/// A folder of this process for code that only reads files; gone with the process.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Replaces a file, and makes the folders on the way to it.
  std::filesystem::path put(const std::filesystem::path& name, Bytes content) const;
  std::filesystem::path put(const std::filesystem::path& name, std::string_view content) const {
    return put(name, bytes_of(content));
  }

 private:
  std::filesystem::path path_;
};

}  // namespace pitlane::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
