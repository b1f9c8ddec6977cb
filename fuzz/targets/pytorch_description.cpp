// Descriptions of layers (YAML) beside a PyTorch file that is sound.
#include "formats/pytorch/torch_writer.h"
#include "fuzz/models.h"

namespace pitlane::fuzz {
namespace {

std::string weights() {
  TorchFile file;
  file.add("conv.weight", {2, 3, 3, 3}, std::vector<float>(54, 0.1F));
  file.add("conv.bias", {2}, {0.5F, -0.5F});
  for (const char* part : {"weight", "bias", "running_mean", "running_var"})
    file.add(std::string("norm.") + part, {2}, {0.5F, 1});
  file.add("fc.weight", {2, 24}, std::vector<float>(48, -0.1F));
  file.add("lstm.weight_ih_l0", {8, 2}, std::vector<float>(16, 0.2F));
  file.add("lstm.weight_hh_l0", {8, 2}, std::vector<float>(16, 0.1F));
  return file.zip();
}

}  // namespace

void run(Bytes input) {
  static const Scratch scratch;
  static const std::string file = weights();
  ImportOptions options;
  options.architecture = scratch.put("layers.yaml", input);
  import_and_check("model.pth", fuzz::bytes_of(file), options);
}

void add_seeds(Seeds& seeds) {
  const std::string picture = "inputs: [{kind: picture, width: 4, height: 3}]\n";
  seeds.add("convolution.yaml",
            "name: small\n" + picture +
                "layers:\n  - {layer: conv, name: c, weights: conv, stride: 1, padding: 1}\n"
                "  - {layer: batch_norm, weights: norm, epsilon: 1e-5}\n  - {layer: elu, alpha: 2}\n"
                "  - {layer: flatten}\n  - {layer: linear, weights: fc}\n"
                "unused: [lstm.weight_ih_l0, lstm.weight_hh_l0]\n");
  seeds.add("pools.yaml", picture +
                              "layers: [{layer: max_pool, kernel: 2, stride: 1}, {layer: avg_pool, kernel: [1, 2],"
                              " padding: 0}, {layer: global_avg_pool}, {layer: softmax}, {layer: clamp, low: 0,"
                              " high: 1}]\n");
  seeds.add("memory.yaml", picture +
                               "layers: [{layer: flatten}, {layer: linear, name: a, weights: fc}, {layer: lstm,"
                               " weights: lstm, remembers: true}, {layer: concat, from: [a, lstm]}]\n");
}

}  // namespace pitlane::fuzz
