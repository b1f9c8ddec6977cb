// Parts of the program that are libraries of their own, so that only who needs them waits for what they bring.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace pitlane {

/// Where `file` lies: beside the program, where it is installed (lib/pitlane), and for tests and benchmarks at the top
/// of the build that they are part of. Nothing else: neither the environment nor the current folder, nor a build's
/// place that somebody else may fill once the program has left it, can make us load their code. Empty: nowhere.
std::optional<std::filesystem::path> find_program_part(const std::string& file);

}  // namespace pitlane
