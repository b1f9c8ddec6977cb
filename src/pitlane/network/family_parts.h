// What all families have in common: inputs from options, checks, the head and its outputs.
#pragma once

#include <string>
#include <vector>

#include "pitlane/network/families.h"
#include "pitlane/network/fresh_layers.h"

namespace pitlane {

class FamilyParts {
 public:
  /// `usual_ages`: what the family sees unless options ask for others; of one: it takes single frames only.
  /// Errors: options that are not valid.
  static Status check(const std::string& name, const FamilyOptions& options, const std::vector<int>& usual_ages);
  FamilyParts(const std::string& name, const FamilyOptions& options, PadMode pad, const std::vector<int>& usual_ages);
  FamilyParts(const FamilyParts&) = delete;
  FamilyParts& operator=(const FamilyParts&) = delete;

  NetworkBuilder builder;
  FreshLayers layers;

  /// The camera's frames; `with_speed`: behind each one's colours a plane that holds the speed at its time, in km/h
  /// over 30 as BehaviorMetrics feeds it.
  FrameSequence camera(bool with_speed = false);
  /// Appends the head and hands over.
  Result<Network> finish(ValueId input, Activation activation = Activation::kNone);

 private:
  std::string name_;
  FamilyOptions options_;
  std::vector<int> ages_;
};

}  // namespace pitlane
