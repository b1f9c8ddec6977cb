#include "pitlane/formats/keras/readers.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pitlane::keras {
namespace {

// Names of today first, then those of Keras 1 and of Keras 2's experimental module.
constexpr std::array kReaders = {
    std::pair("Conv2D", &read_conv2d),
    std::pair("Convolution2D", &read_conv2d),
    std::pair("DepthwiseConv2D", &read_depthwise_conv2d),
    std::pair("SeparableConv2D", &read_separable_conv2d),
    std::pair("SeparableConvolution2D", &read_separable_conv2d),
    std::pair("Conv3D", &read_conv3d),
    std::pair("Convolution3D", &read_conv3d),
    std::pair("MaxPooling2D", &read_pooling),
    std::pair("AveragePooling2D", &read_pooling),
    std::pair("MaxPooling3D", &read_pooling),
    std::pair("AveragePooling3D", &read_pooling),
    std::pair("GlobalAveragePooling2D", &read_global_pooling),
    std::pair("GlobalMaxPooling2D", &read_global_pooling),
    std::pair("GlobalAveragePooling3D", &read_global_pooling),
    std::pair("GlobalMaxPooling3D", &read_global_pooling),
    std::pair("Dense", &read_dense),
    std::pair("BatchNormalization", &read_batch_norm),
    std::pair("BatchNormalizationV1", &read_batch_norm),
    std::pair("BatchNormalizationV2", &read_batch_norm),
    std::pair("Rescaling", &read_rescaling),
    std::pair("Normalization", &read_normalization),
    std::pair("Lambda", &read_lambda),
    std::pair("Activation", &read_function),
    std::pair("ReLU", &read_function),
    std::pair("LeakyReLU", &read_function),
    std::pair("ELU", &read_function),
    std::pair("Softmax", &read_function),
    std::pair("PReLU", &read_prelu),
    std::pair("InputLayer", &read_nothing),
    // Only in training.
    std::pair("Dropout", &read_nothing),
    std::pair("SpatialDropout1D", &read_nothing),
    std::pair("SpatialDropout2D", &read_nothing),
    std::pair("SpatialDropout3D", &read_nothing),
    std::pair("GaussianNoise", &read_nothing),
    std::pair("GaussianDropout", &read_nothing),
    std::pair("AlphaDropout", &read_nothing),
    std::pair("ActivityRegularization", &read_nothing),
    std::pair("RandomFlip", &read_nothing),
    std::pair("RandomRotation", &read_nothing),
    std::pair("RandomTranslation", &read_nothing),
    std::pair("RandomZoom", &read_nothing),
    std::pair("RandomContrast", &read_nothing),
    std::pair("RandomBrightness", &read_nothing),
    std::pair("Flatten", &read_flatten),
    std::pair("Reshape", &read_reshape),
    std::pair("Permute", &read_permute),
    std::pair("RepeatVector", &read_repeat_vector),
    std::pair("UpSampling2D", &read_up_sampling),
    std::pair("ZeroPadding2D", &read_zero_padding),
    std::pair("Cropping2D", &read_cropping),
    std::pair("Concatenate", &read_merge),
    std::pair("Add", &read_merge),
    std::pair("Multiply", &read_merge),
    std::pair("Merge", &read_merge),
    std::pair("LSTM", &read_lstm),
    std::pair("ConvLSTM2D", &read_conv_lstm),
    std::pair("TimeDistributed", &read_time_distributed),
};

}  // namespace

Reader find_reader(const std::string& class_name) {
  const auto found = std::ranges::find_if(kReaders, [&](const auto& entry) { return class_name == entry.first; });
  return found == kReaders.end() ? nullptr : found->second;
}

}  // namespace pitlane::keras
