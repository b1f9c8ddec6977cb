// The two kinds of file that say what a study is. Both promise what load_study does.
#pragma once

#include <filesystem>

#include "pitlane/study/study_spec.h"
#include "pitlane/study/yaml_reader.h"

namespace pitlane {

/// `format: pitlane-study`
Result<StudySpec> read_own_study(const YamlReader& reader, const YAML::Node& root, const std::filesystem::path& folder);

/// A configuration of BehaviorMetrics: models, worlds that are circuits of ours, repetitions, timeout.
Result<StudySpec> read_behavior_metrics(const YamlReader& reader, const YAML::Node& root,
                                        const std::filesystem::path& folder);

/// A path as the file says it, to be opened from here.
std::string from_folder(const std::filesystem::path& folder, const std::string& path);
/// Adds a network. Errors: its file is not there; its name (the file's, where `name` is empty) is taken or unusable.
Status add_network(const YamlReader& reader, const YAML::Node& at, const std::filesystem::path& folder,
                   const std::string& model, const std::string& name, StudySpec& spec);
/// A circuit that is a file is found from the study's folder; a name stays one.
std::string circuit_from_folder(const std::filesystem::path& folder, const std::string& circuit);

}  // namespace pitlane
