#include "pitlane/report/published.h"

namespace pitlane {
namespace {

// Why a figure should not be trusted; docs/published.md explains each.
constexpr const char* kMeansOnly = "no warm-up, mean time only, last batch left out of the MSE";
constexpr const char* kOriginal =
    "the file holds the optimiser's state as well (three times the weights), and the time is model.predict's";
constexpr const char* kIntegerOnly = "the output was never scaled back to physical units, so the MSE means nothing";
constexpr const char* kCalibration = "calibrated on raw 0..255 validation pictures, judged on normalised ones";
constexpr const char* kTensorFlowQat = "tuned on 1 % of the data, without normalisation";
constexpr const char* kTorch = "timed with gradients on; MSE rounded to half precision";
constexpr const char* kTorchQat = "no fake quantisation took place: this is post-training quantisation, tuned further";
constexpr const char* kSharedModel = "pruning and tuning went on with the same model as the row before it";
constexpr const char* kTrt = "MSE equal to 17 digits for all three precisions: very likely the same arithmetic ran";

}  // namespace

const std::vector<PublishedRow>& published_rows() {
  static const std::vector<PublishedRow> rows{
      {"Keras", "original", 195, 0.041, 36.4, kOriginal},
      {"TensorFlow", "baseline", 64.92, 0.04108, 7.91, kMeansOnly},
      {"TensorFlow", "dynamic_quan", 16.24, 0.04098, 4.90, kMeansOnly},
      {"TensorFlow", "float16_quan", 32.46, 0.04107, 7.94, kMeansOnly},
      {"TensorFlow", "int_quan", 16.24, 28157.7, 7.91, kIntegerOnly},
      {"TensorFlow", "int_flt_quan", 16.24, 0.04507, 7.82, kCalibration},
      {"TensorFlow", "quan_aware", 16.25, 0.04214, 9.55, kTensorFlowQat},
      {"TensorFlow", "prune", 64.92, 0.04258, 7.73, kMeansOnly},
      {"TensorFlow", "prune_quan", 16.24, 0.04261, 4.81, kMeansOnly},
      {"TensorFlow", "clust_qat", 16.25, 0.03938, 7.68, kTensorFlowQat},
      {"TensorFlow", "prune_qat", 16.25, 0.04367, 7.95, kTensorFlowQat},
      {"TensorFlow", "prune_clust_qat", 16.25, 0.03924, 7.95, kTensorFlowQat},
      {"PyTorch", "baseline", 6.119, 0.07884, 2.18, kTorch},
      {"PyTorch", "dynamic_quan", 1.946, 0.07841, 3.17, kTorch},
      {"PyTorch", "static_quan", 1.605, 0.07882, 2.66, kTorch},
      {"PyTorch", "quan_aware", 1.607, 0.07080, 2.79, kTorchQat},
      {"PyTorch", "local_prune", 6.120, 0.07295, 2.09, kSharedModel},
      {"PyTorch", "global_prune", 6.120, 0.07080, 2.15, kSharedModel},
      {"PyTorch", "prune_quan", 1.607, 0.06724, 2.66, kSharedModel},
      {"TF-TRT (GPU)", "fp32", 260, 0.04103, 1.31, kTrt},
      {"TF-TRT (GPU)", "fp16", 260, 0.04103, 2.18, kTrt},
      {"TF-TRT (GPU)", "int8", 260, 0.04103, 1.18, kTrt},
  };
  return rows;
}

PublishedKey key_of(const PublishedRow& row) { return {row.framework, row.strategy}; }

std::vector<PublishedRow> published_rows_of(const std::string& family, const std::string& strategy) {
  std::vector<PublishedRow> out;
  for (const PublishedRow& row : published_rows())
    if (is_published_as(key_of(row), family, strategy)) out.push_back(row);
  return out;
}

bool is_published_network(const PublishedKey& published, const std::string& family) {
  return family == (published.framework == "PyTorch" ? "pilotnet-torch" : "pilotnet-tf");
}

bool is_published_as(const PublishedKey& published, const std::string& family, const std::string& strategy) {
  return is_published_network(published, family) && our_name(published) == (strategy.empty() ? "baseline" : strategy);
}

std::string our_name(const PublishedKey& published) {
  if (published.framework == "TensorFlow" && published.strategy == "prune_quan") return "prune_quan_tf";
  if (published.strategy == "fp16") return "float16_quan";
  if (published.strategy == "original") return "baseline";  // Keras, before any conversion
  return published.strategy;
}

}  // namespace pitlane
