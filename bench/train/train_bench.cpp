// Usage: train_bench [NETWORK] [ROUNDS] [BATCHES] [THREADS]
//
// Images per second of train() - shuffling, augmentation, conversion of bytes and Adam included - beside a plain
// LibTorch loop over ready tensors of the same network. First both must have the same loss and gradients on one batch.
// Then they take turns in one process, so that a noisy machine disturbs both; the first round warms up. Aim: 0.9.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "network/lively.h"
#include "noise.h"
#include "pitlane/network/families.h"
#include "pitlane/train/trainer.h"
#include "plain_loop.h"
#include "same_step.h"
#include "setting.h"

namespace pitlane::bench {
namespace {

Result<double> run_ours(const Network& network, const Dataset& dataset, const Setting& setting) {
  TrainOptions options;
  options.epochs = 1;
  options.batch = setting.batch;
  options.threads = setting.threads;
  PITLANE_TRY(const TrainResult result, train(network, dataset, all_to_train(dataset), options));
  return result.images_per_s;
}

Result<double> run_plain(const Network& network, const Setting& setting) {
  at::set_num_threads(setting.threads);
  std::vector<torch::Tensor> pictures, labels;
  for (int b = 0; b < setting.batches; ++b) {
    pictures.push_back(torch::rand({setting.batch, 3, 66, 200}));
    labels.push_back(torch::rand({setting.batch, 2}));
  }
  PITLANE_TRY(PlainLoop loop, PlainLoop::make(network, {1, 5}));
  return loop.run(pictures, labels);
}

Status run(const Setting& setting) {
  PITLANE_TRY(const Family* family, find_family(setting.network));
  PITLANE_TRY(Network fresh, family->build(two_outputs()));
  // With a quiet head the gradients of the layers before it would be lost in the head's.
  const Network network = testing::with_loud_head(std::move(fresh));
  const Dataset dataset = noise(network, setting.batches * setting.batch);
  PITLANE_TRY_STATUS(check_same_step(network, dataset, setting.batch));
  std::printf("%s, batch %d, %d threads, %lld images a round; same loss and gradients on one batch\n",
              setting.network.c_str(), setting.batch, setting.threads, static_cast<long long>(dataset.size()));
  std::vector<double> ours, plain, ratios;
  for (int round = 0; round <= setting.rounds; ++round) {
    PITLANE_TRY(const double a, run_ours(network, dataset, setting));
    PITLANE_TRY(const double b, run_plain(network, setting));
    std::printf("round %d%s: train() %.1f images/s, plain loop %.1f images/s\n", round, round == 0 ? " (warm-up)" : "",
                a, b);
    std::fflush(stdout);
    if (round == 0) continue;
    ours.push_back(a);
    plain.push_back(b);
    ratios.push_back(a / b);
  }
  std::printf("median: train() %.1f, plain loop %.1f images/s; median ratio %.3f, lowest %.3f\n", median(ours),
              median(plain), median(ratios), *std::ranges::min_element(ratios));
  return {};
}

}  // namespace
}  // namespace pitlane::bench

int main(int argc, char** argv) {
  const auto setting = pitlane::bench::setting_of(argc, argv, 8);
  const pitlane::Status status = pitlane::bench::run(setting);
  if (status.ok()) return 0;
  std::fprintf(stderr, "train_bench: %s\n", status.error().message().c_str());
  return 2;
}
