// Circuits as small text files (YAML). The format is described in docs/formats/circuit.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/sim/circuit.h"

namespace pitlane {

/// Errors begin with "file:line:" where a line is to blame: no YAML, unknown or missing keys, values of the wrong
/// kind, another version; and everything that Circuit::create refuses.
Result<Circuit> load_circuit(const std::filesystem::path& path);
/// `origin` stands in messages where a file's name would.
Result<Circuit> parse_circuit(const std::string& text, const std::string& origin);

std::string circuit_text(const CircuitDefinition& definition);
Status save_circuit(const std::filesystem::path& path, const CircuitDefinition& definition);

/// Folders that hold circuits, searched in this order: environment variable PITLANE_CIRCUITS, the installed ones, those
/// of the source tree.
std::vector<std::filesystem::path> circuit_folders();
/// A path to a file, or the name of a circuit in one of the folders: its file's name without .yaml, or else the `name:`
/// inside. An unknown name's error lists the known ones.
Result<std::filesystem::path> locate_circuit(const std::string& name_or_path);
Result<Circuit> find_circuit(const std::string& name_or_path);
/// The files' names, without .yaml, of all circuits in the folders, sorted.
std::vector<std::string> list_circuits();

}  // namespace pitlane
