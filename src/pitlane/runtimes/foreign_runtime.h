// The runtimes of others that can run a network: which there are, and what file each reads.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pitlane/formats/export.h"

namespace pitlane {

struct ForeignRuntime {
  const char* engine;  ///< the word in studies, on the command line and of the worker
  const char* name;    ///< "onnxruntime", "LiteRT", "Keras"
  ExportKind kind;
  const char* ending;  ///< of its files
};

std::span<const ForeignRuntime> foreign_runtimes();

/// Null: there is none of that name.
const ForeignRuntime* find_foreign_runtime(std::string_view engine);
/// The one that runs such files; null for a .pit.
const ForeignRuntime* runtime_of(ExportKind kind);

/// "pitlane, onnxruntime, litert and keras"
std::string engine_names();

}  // namespace pitlane
