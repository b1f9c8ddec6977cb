#include "pitlane/report/published.h"

namespace pitlane {
namespace {

// Why a figure and ours differ; docs/published.md explains each.
constexpr const char* kVisualisedDrive =
    "drew a heat map of the network's attention inside the control loop and asked it through model.predict, so its "
    "rate and time are not the network's";
constexpr const char* kPlainDrive = "no interval is given; the simulator ran at about half of real time";
constexpr const char* kTrtDrive =
    "on a GPU; the offline errors of the three precisions agree in every digit, so very likely "
    "one arithmetic drove three times and these differences are chance";
constexpr const char* kTorchQatDrive =
    "no fake quantisation took place: this is post-training quantisation, tuned further";
constexpr const char* kSharedDrive = "pruned and tuned with the model that the technique before it had changed";

}  // namespace

const std::vector<PublishedDrive>& published_drives() {
  static const std::vector<PublishedDrive> drives{
      {{"Keras", "original"}, 8.39, 7.41, 5.6, 124, kVisualisedDrive},
      {{"TensorFlow", "dynamic_quan"}, 8.53, 6.69, 58.5, 10, kPlainDrive},
      {{"TF-TRT (GPU)", "fp32"}, 8.32, 4.94, 60.3, 6.5, kTrtDrive},
      {{"TF-TRT (GPU)", "fp16"}, 8.14, 5.39, 71.9, 5.6, kTrtDrive},
      {{"TF-TRT (GPU)", "int8"}, 8.01, 6.65, 59.4, 6.7, kTrtDrive},
      {{"PyTorch", "global_prune"}, 7.73, 17.03, 42.9, 2.3, kSharedDrive},
      {{"PyTorch", "local_prune"}, 7.74, 14.15, 32.6, 2.7, kSharedDrive},
      {{"PyTorch", "quan_aware"}, 7.94, 11.47, 26.5, 18.8, kTorchQatDrive},
      {{"PyTorch", "prune_quan"}, 8.84, 4.61, 34.4, 12.5, kSharedDrive},
  };
  return drives;
}

std::vector<PublishedDrive> published_drives_of(const std::string& family, const std::string& strategy) {
  std::vector<PublishedDrive> out;
  for (const PublishedDrive& drive : published_drives())
    if (is_published_as(drive.key, family, strategy)) out.push_back(drive);
  return out;
}

}  // namespace pitlane
