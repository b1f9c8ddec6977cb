// Figures that others published for the recipes we have, as they were printed (docs/published.md).
#pragma once

#include <string>
#include <vector>

#include "pitlane/study/tune_result.h"

namespace pitlane {

/// The network and the recipe by which a published figure is found: two networks were published under one name.
struct PublishedKey {
  std::string framework;  ///< "TensorFlow", "PyTorch"
  std::string strategy;   ///< as published
};

/// Whether what was published is of this network (metadata "family") and recipe (metadata "strategy", or the name of a
/// row; empty: the baseline). The one judge for all tables: figures of two networks never stand in one row.
bool is_published_as(const PublishedKey& published, const std::string& family, const std::string& strategy);
/// Whether it is of this network at all.
bool is_published_network(const PublishedKey& published, const std::string& family);
/// The strategy of ours that has the recipe of a published row, which may go by another name.
std::string our_name(const PublishedKey& published);

/// The published offline rows.
const std::vector<PublishedRow>& published_rows();
/// Those of one network and recipe, as is_published_as judges.
std::vector<PublishedRow> published_rows_of(const std::string& family, const std::string& strategy);
PublishedKey key_of(const PublishedRow& row);

/// Driving on SimpleCircuit in Gazebo, as BehaviorMetrics printed it.
struct PublishedDrive {
  PublishedKey key;
  double speed_mps = 0;
  double bm_deviation = 0;  ///< no unit: mean of 1000 to the power of the distance in metres
  double iteration_hz = 0, inference_ms = 0;
  std::string note;  ///< why ours differ
};
const std::vector<PublishedDrive>& published_drives();
std::vector<PublishedDrive> published_drives_of(const std::string& family, const std::string& strategy);

}  // namespace pitlane
