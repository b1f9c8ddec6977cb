#include "pitlane/runtimes/foreign_runtime.h"

#include <algorithm>
#include <array>

namespace pitlane {
namespace {

constexpr std::array kRuntimes = {ForeignRuntime{"onnxruntime", "onnxruntime", ExportKind::kOnnx, ".onnx"},
                                  ForeignRuntime{"litert", "LiteRT", ExportKind::kTflite, ".tflite"},
                                  ForeignRuntime{"keras", "Keras", ExportKind::kKeras, ".h5"}};

}  // namespace

std::span<const ForeignRuntime> foreign_runtimes() { return kRuntimes; }

const ForeignRuntime* find_foreign_runtime(std::string_view engine) {
  const auto found = std::ranges::find(kRuntimes, engine, [](const auto& r) { return std::string_view(r.engine); });
  return found == kRuntimes.end() ? nullptr : &*found;
}

const ForeignRuntime* runtime_of(ExportKind kind) {
  const auto found = std::ranges::find(kRuntimes, kind, &ForeignRuntime::kind);
  return found == kRuntimes.end() ? nullptr : &*found;
}

std::string engine_names() {
  std::string text = "pitlane";
  for (const ForeignRuntime& runtime : kRuntimes)
    text += (&runtime == &kRuntimes.back() ? " and " : ", ") + std::string(runtime.engine);
  return text;
}

}  // namespace pitlane
