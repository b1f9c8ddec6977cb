// What model files of other tools leave unsaid: where the picture comes from, and what the numbers mean. The user says
// it, or the habit of the tool that made the file is taken and noted in the network's metadata ("assumed").
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pitlane/core/result.h"
#include "pitlane/network/builder.h"
#include "pitlane/network/network.h"

namespace pitlane {

/// How pixels 0..255 become numbers.
enum class PixelScaling {
  kUnit,      ///< x / 255
  kImageNet,  ///< (x / 255 - mean) / deviation of ImageNet's three channels, as albumentations.Normalize
  kSigned,    ///< x / 127.5 - 1
  kNone,      ///< x: the network's own first layers scale
};

/// The flag --pixels' word for it.
const char* pixels_word(PixelScaling scaling);
/// Sets scale and offset for the picture's channels.
void set_scaling(Preprocessing& p, PixelScaling scaling);

/// All optional: what is empty is taken from the file or by habit.
struct ImageMeaning {
  std::optional<int> width, height;                ///< that the network sees, where its file does not say (PyTorch)
  std::optional<int> source_width, source_height;  ///< of the camera's frame, pixels
  std::optional<Rect> crop;                        ///< of that frame; the whole without
  std::optional<PixelFormat> format;               ///< channel order that the network wants
  std::optional<PixelScaling> scaling;
  std::vector<int> ages;  ///< of stacked frames, in the network's order; see InputSpec::ages
};

/// What a Keras Lambda layer does, as its user says: x * scale + offset.
struct LambdaMeaning {
  float scale = 1, offset = 0;
};

struct ImportOptions {
  ImageMeaning image;
  /// Names, units and ranges in the order of the network's outputs; `value` and `element` are filled in.
  std::vector<OutputSpec> outputs;
  std::map<std::string, LambdaMeaning> lambdas;  ///< by layer name
  std::filesystem::path architecture;            ///< PyTorch: a description of the layers, see docs/formats/pytorch.md
  /// The speed plane or number of networks that see their own speed: network sees speed_mps * this. Without: 0.12,
  /// BehaviorMetrics' km/h / 30.
  std::optional<float> speed_scale;
};

/// A picture as a foreign network sees it: {height, width, frames * channels}.
struct PictureShape {
  std::int64_t height = 0, width = 0;
  int channels = 3;  ///< of one frame: 1 grey; 3 colour; 4 colour and a plane of speed; 6 two cameras, colour each
  int frames = 1;
  std::string name = "camera";  ///< of the input; a second camera's is this and a 2
};

/// Adds the inputs (camera, and speed or second camera where the channels say so) and gives the value {height, width,
/// frames * channels} that the network's first layer reads, frame by frame. Where nothing is said: a picture of 200x66
/// is the lower half of a 640x480 frame, any other the whole of a frame of its own size; several frames go from the
/// oldest to the newest, each one observation apart. Errors: other channel counts, sizes that no camera has.
Result<ValueId> add_picture(NetworkBuilder& builder, const ImportOptions& options, const PictureShape& shape,
                            PixelScaling habit);

/// As the flag --output takes it: "v:6.5:24:m/s".
std::string to_flag(const OutputSpec& output);

/// A number that the network computes.
struct OutputPlace {
  std::string name;  ///< from the file; may be empty
  ValueId value = -1;
  int element = 0;
};

/// Adds one output a place. Where nothing is said, by number: one is steering (-1..1); two are v (6.5..24 m/s) and w
/// (-7.1..7.1 rad/s) as in DeepLearningStudio; three are throttle (0..1), steer (-1..1) and brake (0..1) as in CARLA;
/// others keep the file's names and a range of 0..1. Errors: options for another number of outputs.
Status add_outputs(NetworkBuilder& builder, const ImportOptions& options, const std::vector<OutputPlace>& places);

}  // namespace pitlane
