#include "pitlane/train/torch_module.h"

#include <dlfcn.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "pitlane/core/version.h"

namespace pitlane {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFile = "libpitlane_torch.so";

/// Where it may lie: beside the program, where it is installed, and where it was built for programs that were not
/// installed (tests, benchmarks). Nothing that a user's environment could point elsewhere.
std::vector<fs::path> places() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  return {program / kFile, program.parent_path() / "lib/pitlane" / kFile, fs::path(PITLANE_BUILD_FOLDER) / kFile};
}

Error cannot_load(const std::string& why) {
  return unsupported("training needs LibTorch, which cannot be loaded: " + why);
}

struct Module {
  TorchModuleMake make = nullptr;
};

Result<Module> load_module() {
  for (const fs::path& path : places()) {
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    void* const module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module == nullptr) return cannot_load(::dlerror());
    const auto* version = static_cast<const char* const*>(::dlsym(module, kTorchModuleVersion));
    if (version == nullptr || std::string(*version) != kVersion)
      return cannot_load(path.string() + " belongs to another version of Pitlane; build or install again");
    const auto make = reinterpret_cast<TorchModuleMake>(::dlsym(module, kTorchModuleMake));
    if (make == nullptr) return cannot_load(path.string() + " is damaged; build or install again");
    return Module{make};
  }
  return unsupported("training needs LibTorch, and this build has " + std::string(kFile) +
                     " nowhere; install libtorch-dev and build again");
}

}  // namespace

Result<std::unique_ptr<TorchModel>> make_torch_model(const Network& network, const TorchModelOptions& options) {
  static const Result<Module> module = load_module();
  if (!module.ok()) return module.error();
  MadeTorchModel made;
  module->make(network, options, made);
  return *std::move(made);
}

}  // namespace pitlane
