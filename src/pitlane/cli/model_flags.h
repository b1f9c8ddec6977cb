// Flags of every verb that takes a model: what files of other tools leave unsaid. A .pit file says everything itself.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/network/network.h"

namespace pitlane::cli {

struct ModelFlags {
  std::string frame, picture, colours, pixels, architecture;
  std::vector<int> crop, ages;
  std::vector<std::string> inputs, outputs, lambdas;
  double speed_scale = 0;
  bool speed_scale_given = false;
};

void add_model_flags(CLI::App& verb, ModelFlags& flags);

/// A flag that would be passed over in silence is refused: "--pixels: WHY; leave it out".
Status refuse_flags(const CLI::App& verb, const std::vector<const char*>& flags, const char* why);
/// All of add_model_flags.
Status refuse_model_flags(const CLI::App& verb, const char* why);

/// Those with which a file is read as this network where it says nothing itself, as a Keras file does.
ModelFlags flags_for(const Network& network);
/// As on a command line: "--frame 640x480 --output v:6.5:24:m/s".
std::string to_words(const ModelFlags& flags);

/// Errors name the flag, what it holds and what it may hold.
Result<ImportOptions> import_options(const ModelFlags& flags);

}  // namespace pitlane::cli
