#include "pitlane/formats/import.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include "pitlane/core/file.h"
#include "pitlane/formats/importers.h"
#include "pitlane/formats/said_meaning.h"
#include "pitlane/network/pit_file.h"

namespace pitlane {
namespace fs = std::filesystem;

bool FileHead::has(std::size_t offset, const char* text) const {
  const std::size_t length = std::strlen(text);
  return bytes.size() >= offset + length && std::memcmp(bytes.data() + offset, text, length) == 0;
}

namespace {

struct Kind {
  const char* name;  ///< as people call it, with the usual ending
  bool (*recognises)(const FileHead& head);
  Result<Network> (*import)(const fs::path& path, const ImportOptions& options);
  HeardOptions heard = {};
};

Result<Network> import_pit(const fs::path& path, const ImportOptions& options) {
  PITLANE_TRY(Network network, load_pit(path));
  if (const Status status = restate(network, options); !status.ok()) return status.error().in(path.string());
  return network;
}

constexpr std::array kImportKinds = {
    // A damaged .pit is still one: its own reader says what is wrong with it.
    Kind{"Pitlane (.pit)", [](const FileHead& head) { return head.has(4, "PITL") || head.path.extension() == ".pit"; },
         import_pit},
    Kind{"PyTorch state dict (.pth, .pt, .ckpt)",
         recognises_pytorch,
         import_pytorch,
         {.architecture = true, .lambdas = false}},
    Kind{"ONNX (.onnx)", is_onnx, import_onnx},
    Kind{"Keras HDF5 (.h5)",
         [](const FileHead& head) { return head.has(0, "\x89HDF\r\n\x1A\n"); },
         import_keras_h5,
         {.architecture = false, .lambdas = true}},
    Kind{"Keras (.keras)",
         [](const FileHead& head) {
           constexpr std::size_t kFirstName = 30;  // of a zip's first entry
           return head.has(0, "PK\x03\x04") &&
                  (head.path.extension() == ".keras" || head.has(kFirstName, "metadata.json") ||
                   head.has(kFirstName, "config.json"));
         },
         import_keras_archive,
         {.architecture = false, .lambdas = true}},
    Kind{"TensorFlow Lite (.tflite)",
         [](const FileHead& head) { return head.has(4, "TFL3") || head.path.extension() == ".tflite"; }, import_tflite},
};

Result<std::vector<std::byte>> read_head(const fs::path& path) {
  constexpr std::streamsize kLength = 512;
  PITLANE_TRY_STATUS(check_regular_file(path));
  std::ifstream in(path, std::ios::binary);
  std::vector<std::byte> head(kLength);
  in.read(reinterpret_cast<char*>(head.data()), kLength);
  if (in.bad() || !in.is_open()) return io_error(path.string() + ": cannot be read");
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head;
}

}  // namespace

std::string importable_kinds() {
  std::string kinds;
  for (const Kind& kind : kImportKinds) kinds += (kinds.empty() ? "" : ", ") + std::string(kind.name);
  return kinds;
}

Result<Network> import_network(const fs::path& path, const ImportOptions& options) {
  PITLANE_TRY(const std::vector<std::byte> bytes, read_head(path));
  if (bytes.empty()) return corrupt(path.string() + ": the file is empty; copy it again");
  const FileHead head{bytes, path};
  const auto kind = std::ranges::find_if(kImportKinds, [&](const Kind& k) { return k.recognises(head); });
  if (kind == kImportKinds.end())
    return unsupported(path.string() + ": unknown kind of model; known are " + importable_kinds());
  if (const Status status = check_options_of_kind(options, kind->heard, kind->name); !status.ok())
    return status.error().in(path.string());
  PITLANE_TRY(Network network, kind->import(path, options));
  if (const Status status = check_options_of_network(options, network); !status.ok())
    return status.error().in(path.string());
  return network;
}

}  // namespace pitlane
