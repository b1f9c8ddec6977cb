// Usage: train_bench [NETWORK] [ROUNDS] [BATCHES] [THREADS]
//
// Images per second of train() - shuffling, augmentation, conversion of bytes and Adam included - beside a plain
// LibTorch loop over ready tensors of the same network. The two take turns in one process, so that a noisy machine
// disturbs both; the first round warms up. Aim: at least 0.9.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "pitlane/core/random.h"
#include "pitlane/network/families.h"
#include "pitlane/train/trainer.h"
#include "plain_loop.h"

namespace pitlane {
namespace {

Dataset noise(const Network& network, int samples) {
  const Shape& shape = network.values[static_cast<std::size_t>(network.inputs[0].value)].shape;
  Dataset d;
  d.height = static_cast<int>(shape[0]);
  d.width = static_cast<int>(shape[1]);
  d.channels = static_cast<int>(shape[2]);
  d.outputs = network.outputs;
  Random random(1);
  d.pictures.resize(static_cast<std::size_t>(samples) * d.picture_bytes());
  for (auto& byte : d.pictures) byte = static_cast<std::uint8_t>(random.next());
  for (int i = 0; i < samples; ++i) {
    for (std::size_t k = 0; k < d.outputs.size(); ++k) d.labels.push_back(static_cast<float>(random.uniform()));
    d.session.push_back(0);
    d.row.push_back(i);
    d.side_camera.push_back(0);
  }
  hash_dataset(d);
  return d;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Result<double> run_ours(const Network& network, const Dataset& dataset, const PlainLoop& loop) {
  Split split;
  for (std::int64_t i = 0; i < dataset.size(); ++i) split.train.push_back(i);
  split.validation = {0};
  TrainOptions options;
  options.epochs = 1;
  options.batch = loop.batch;
  options.threads = loop.threads;
  PITLANE_TRY(const TrainResult result, train(network, dataset, split, options));
  return result.images_per_s;
}

Status run(const PlainLoop& loop, int rounds) {
  PITLANE_TRY(const Family* family, find_family(loop.network));
  FamilyOptions options;
  options.outputs = {{"v", "m/s", 0, 1, -1, 0}, {"w", "rad/s", -1, 1, -1, 0}};
  PITLANE_TRY(const Network network, family->build(options));
  const Dataset dataset = noise(network, loop.batches * loop.batch);
  std::vector<double> ours, plain;
  std::printf("%s, batch %d, %d threads, %d images a round\n", loop.network.c_str(), loop.batch, loop.threads,
              loop.batches * loop.batch);
  for (int round = 0; round <= rounds; ++round) {
    PITLANE_TRY(const double a, run_ours(network, dataset, loop));
    const double b = run_plain_loop(loop);
    std::printf("round %d%s: train() %.1f images/s, plain loop %.1f images/s\n", round, round == 0 ? " (warm-up)" : "",
                a, b);
    if (round == 0) continue;
    ours.push_back(a);
    plain.push_back(b);
  }
  std::printf("median: train() %.1f, plain loop %.1f images/s, ratio %.3f\n", median(ours), median(plain),
              median(ours) / median(plain));
  return {};
}

}  // namespace
}  // namespace pitlane

int main(int argc, char** argv) {
  pitlane::PlainLoop loop;
  loop.threads = static_cast<int>(std::thread::hardware_concurrency());
  if (argc > 1) loop.network = argv[1];
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  if (argc > 3) loop.batches = std::max(1, std::atoi(argv[3]));
  if (argc > 4) loop.threads = std::max(1, std::atoi(argv[4]));
  const pitlane::Status status = pitlane::run(loop, rounds);
  if (status.ok()) return 0;
  std::fprintf(stderr, "train_bench: %s\n", status.error().message().c_str());
  return 2;
}
