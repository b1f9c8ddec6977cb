#include "same_step.h"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "pitlane/train/batches.h"
#include "pitlane/train/torch_model.h"
#include "plain_loop.h"

namespace pitlane::bench {
namespace {

constexpr double kTolerance = 1e-4;  // sums of some thousand products, in another order

Status compare(const std::string& what, double ours, double plain) {
  if (std::abs(ours - plain) <= kTolerance * std::abs(plain)) return {};
  return numeric_error(what + " is " + std::to_string(ours) + " in the trainer and " + std::to_string(plain) +
                       " in the plain loop");
}

}  // namespace

Status check_same_step(const Network& network, const Dataset& dataset, int samples) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(samples));
  std::iota(indices.begin(), indices.end(), 0);
  const BatchBuffer batch = plain_batch(dataset, network.inputs[0].preprocessing, indices);
  const std::vector<double> output_weights = {1, 5};

  PITLANE_TRY(const std::unique_ptr<TorchModel> model, make_torch_model(network, {}));
  PITLANE_TRY(const double loss, model->backward(batch.view(), output_weights));
  double squares = 0;
  for (const Parameter& parameter : model->parameters())
    for (const double g : parameter.gradient) squares += g * g;

  PITLANE_TRY(PlainLoop loop, PlainLoop::make(network, output_weights));
  const auto tensor = [](const std::vector<float>& values, at::IntArrayRef shape) {
    return torch::tensor(values).reshape(shape);
  };
  const torch::Tensor pictures = tensor(batch.pictures, {samples, dataset.channels, dataset.height, dataset.width});
  const torch::Tensor labels = tensor(batch.labels, {samples, -1});
  PITLANE_TRY_STATUS(compare("the loss of one batch", loss, loop.loss(pictures, labels).item<double>()));
  return compare("the norm of the gradients of one batch", std::sqrt(squares), loop.gradient_norm(pictures, labels));
}

}  // namespace pitlane::bench
