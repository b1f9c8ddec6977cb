// What a user says beside a model file, weighed against the file: nothing that is said is passed over in silence.
#pragma once

#include <string>

#include "pitlane/core/result.h"
#include "pitlane/formats/meaning.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// Which of the options have a meaning for a kind of file at all.
struct HeardOptions {
  bool architecture = false;  ///< and the size of the picture: PyTorch
  bool lambdas = false;       ///< Keras
};

/// Before the file is read. Errors name the flag that this `kind` of file leaves no room for.
Status check_options_of_kind(const ImportOptions& options, const HeardOptions& heard, const std::string& kind);

/// Of a network that came out of a file with these options. Errors name the flag that nothing in it could heed: the
/// scale of a speed that it does not see, colours that its picture has no channels for, another size of picture than it
/// has.
Status check_options_of_network(const ImportOptions& options, const Network& network);

/// For a file that states its meaning itself (.pit, and what we export with metadata). Another frame, crop or ages of
/// frames change where pictures come from and act: a crop that is not said stays the same part of the frame. What
/// decides the numbers that the network is fed and gives (colours, pixels, scale of the speed, outputs) may be said
/// again but not otherwise: errors name the flag and what the file says.
Status restate(Network& network, const ImportOptions& options);

}  // namespace pitlane
