// Networks with made-up but lively weights, and runs of them through engine and reference.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pitlane/engine/plan.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/network.h"

namespace pitlane::testing {

/// A PilotNet ("pilotnet-torch" or "pilotnet-tf") whose normalisation is not the identity and whose head is loud.
Network pilotnet(const std::string& family);

/// Normalisation folded away, weights of all convolutions and dense layers in f16 or int8.
Network halved(Network network);
Network dynamic_int8(Network network);
/// Int8 with ranges taken from a run of the float network on `image`.
Network static_int8(const Network& network, const std::vector<std::uint8_t>& image);

std::vector<std::uint8_t> random_image(const Network& network, std::uint64_t seed);
/// A third as bright: to a network, noise looks like other noise of the same brightness.
std::vector<std::uint8_t> dimmed(std::vector<std::uint8_t> image);
/// What the graph sees of an image: after scale and offset.
std::vector<float> real_image(const Network& network, const std::vector<std::uint8_t>& image);

/// First output tensor of one run; fails the test on any error.
std::vector<float> run_engine(const Network& network, const std::vector<std::uint8_t>& image, Isa isa);
std::vector<float> run_once(Session& session, const std::vector<std::uint8_t>& image);
/// The network's first output value by the reference.
std::vector<float> run_slowly(const Network& network, const std::vector<std::uint8_t>& image);

/// An f32 weight of uniform values within +-limit.
Weight random_weight(const std::string& name, const Shape& shape, double limit, std::uint64_t seed);
/// A camera of this size, cropped from a frame of the same size.
Preprocessing camera(int width, int height, PixelFormat format = PixelFormat::kRgb);
/// Names element 0 of `value` as the only output.
OutputSpec output_of(ValueId value);

}  // namespace pitlane::testing
